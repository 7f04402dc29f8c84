package io.deeptrain.worker.adapter.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.adapter.nccl.FakeGpus.Gpu;
import io.deeptrain.worker.adapter.nccl.NcclAllReduce.Equipment;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.GradientExchangeContract;
import io.deeptrain.worker.port.InMemoryRing;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RingLink;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NcclAllReduceTest extends GradientExchangeContract {
    private static final Duration JOIN_MAX = Duration.ofMillis(500);

    private final FakeGpus gpus = new FakeGpus();

    @Override
    protected List<GradientExchange> exchanges(int ranks, Duration silenceMax) throws Exception {
        List<GradientExchange> exchanges = exchanges(
                IntStream.range(0, ranks)
                        .mapToObj(_ -> Optional.of(gpus.gpu().equipment()))
                        .toList(),
                silenceMax);
        assertThat(exchanges)
                .allMatch(GradientExchange::isOnDevice)
                .allMatch(exchange -> exchange.toString().equals("NCCL 2.21.5"));
        return exchanges;
    }

    private static List<GradientExchange> exchanges(List<Optional<Equipment>> equipment, Duration silenceMax)
            throws Exception {
        List<RingLink> ring = InMemoryRing.of(equipment.size(), PATIENT);
        return onThreads(IntStream.range(0, equipment.size())
                .<Callable<GradientExchange>>mapToObj(
                        rank -> () -> NcclAllReduce.orRing(ring.get(rank), equipment.get(rank), silenceMax, JOIN_MAX))
                .toList());
    }

    /** All ranks use their connections, and sum by them. */
    private static void sumOverTheRing(List<Optional<Equipment>> equipment) throws Exception {
        List<GradientExchange> exchanges = exchanges(equipment, PATIENT);
        assertThat(exchanges)
                .noneMatch(GradientExchange::isOnDevice)
                .allMatch(exchange -> exchange.toString().equals("a ring of TCP connections"));
        List<List<Float>> sums = onEachExchange(exchanges, (rank, exchange) -> {
            MemorySegment values = values(rank, 1);
            exchange.sum(values);
            return numbers(values);
        });
        assertThat(sums).containsOnly(List.of(3f, 3f));
    }

    private static List<Optional<Equipment>> equipment(Gpu... gpus) {
        return List.of(gpus).stream().map(gpu -> Optional.of(gpu.equipment())).toList();
    }

    @Test
    void the_library_makes_the_sums() throws Exception {
        onEachExchange(exchanges(2, PATIENT), (rank, exchange) -> {
            exchange.sum(values(rank));
            exchange.sum(values(rank));
            return rank;
        });
        assertThat(gpus.sums()).isEqualTo(2);
    }

    @Test
    void where_one_rank_has_none_all_use_their_connections() throws Exception {
        List<Optional<Equipment>> equipment = new ArrayList<>(equipment(gpus.gpu(), gpus.gpu()));
        equipment.add(1, Optional.empty());
        sumOverTheRing(equipment);
    }

    @Test
    void ranks_with_different_versions_use_their_connections() throws Exception {
        sumOverTheRing(equipment(gpus.gpu(), gpus.gpu(), gpus.gpu().version(22602)));
    }

    @Test
    void where_one_rank_is_not_reached_all_use_their_connections_and_none_goes_on_trying() throws Exception {
        List<Gpu> ranks = List.of(gpus.gpu(), gpus.gpu().unreachable(), gpus.gpu());
        sumOverTheRing(equipment(ranks.toArray(Gpu[]::new)));
        assertThat(ranks).allMatch(Gpu::isAborted);
    }

    @Test
    void where_one_rank_reaches_nobody_those_who_have_joined_leave() throws Exception {
        List<Gpu> ranks = List.of(gpus.gpu(), gpus.gpu().deaf(), gpus.gpu());
        sumOverTheRing(equipment(ranks.toArray(Gpu[]::new)));
        assertThat(ranks).allMatch(Gpu::isAborted);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void where_one_gpu_cannot_be_used_all_use_their_connections_and_none_joins(int rank) throws Exception {
        List<Gpu> ranks = List.of(gpus.gpu(), gpus.gpu(), gpus.gpu());
        List<Optional<Equipment>> equipment = equipment(ranks.toArray(Gpu[]::new));
        ranks.get(rank).broken();
        sumOverTheRing(equipment);
        assertThat(ranks).noneMatch(Gpu::isAborted);
    }

    @Test
    @Timeout(20)
    void a_gpu_that_fails_in_a_sum_ends_the_exchange_on_all_ranks() throws Exception {
        List<Gpu> ranks = List.of(gpus.gpu(), gpus.gpu(), gpus.gpu(), gpus.gpu());
        List<Exception> ends =
                onEachExchange(exchanges(equipment(ranks.toArray(Gpu[]::new)), FOR_EVER), (rank, exchange) -> {
                    if (rank == 1) {
                        ranks.get(rank).broken();
                    }
                    return failureOf(exchange);
                });
        assertThat(ends).allMatch(RankLostException.class::isInstance);
        assertThat(ends.get(1))
                .hasMessage("the GPU cannot be used: CUDA error 700, an illegal memory access was encountered");
        assertThat(ranks).allMatch(Gpu::isAborted);
    }

    @Test
    void what_the_library_refuses_is_said_in_its_words() {
        Nccl nccl = new Nccl(gpus.gpu().library());
        assertThatThrownBy(() -> nccl.join(nccl.newId(), 3, 2))
                .isInstanceOf(RankLostException.class)
                .hasMessage("ncclCommInitRankConfig: result 4 (of communicator 0)");
    }

    @Test
    void a_library_that_is_too_old_or_another_is_refused() {
        SymbolLookup old = gpus.gpu().version(21003).library();
        assertThatThrownBy(() -> new Nccl(old))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("NCCL must be of version 2.14.0 or later and is of 2.10.3");
        assertThatThrownBy(() -> new Nccl(_ -> Optional.empty()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("the library has no function ncclGetUniqueId");
    }
}
