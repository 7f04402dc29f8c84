package io.deeptrain.worker.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.gang.RingAllReduce;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every ring must do, and what is summed over it. */
@Timeout(60)
public abstract class RingLinkContract {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration FOR_EVER = Duration.ofMinutes(10);
    private static final Duration HASTY = Duration.ofMillis(300);

    /** The places of a new ring, by rank. */
    protected abstract List<RingLink> ring(int ranks, Duration silenceMax) throws Exception;

    @ParameterizedTest
    @CsvSource({"2, 1", "2, 7", "2, 3000001", "3, 2", "3, 1000", "4, 1000003", "5, 3"})
    void every_rank_has_the_same_sums_bit_for_bit(int ranks, int count) throws Exception {
        List<List<Float>> values = new ArrayList<>();
        double[] sums = new double[count];
        for (int rank = 0; rank < ranks; rank++) {
            SplittableRandom random = new SplittableRandom(rank);
            List<Float> own = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                own.add((float) random.nextDouble(-1, 1));
                sums[n] += own.get(n);
            }
            values.add(own);
        }

        List<ByteBuffer> results = onEach(ring(ranks, PATIENT), link -> {
            ByteBuffer buffer = buffer(values.get(link.rank()));
            new RingAllReduce(link).sum(buffer);
            return buffer;
        });

        assertThat(results).allMatch(results.getFirst()::equals);
        for (int n = 0; n < count; n++) {
            assertThat((double) results.getFirst().getFloat(n * Float.BYTES)).isBetween(sums[n] - 1e-5, sums[n] + 1e-5);
        }
    }

    @Test
    void one_exchange_follows_the_other() throws Exception {
        List<ByteBuffer> results = onEach(ring(3, PATIENT), link -> {
            RingAllReduce exchange = new RingAllReduce(link);
            ByteBuffer buffer = buffer(List.of(1f, 2f, 3f, 4f));
            for (int n = 0; n < 5; n++) {
                exchange.sum(buffer);
            }
            return buffer;
        });
        assertThat(results).containsOnly(buffer(List.of(243f, 486f, 729f, 972f)));
    }

    @Test
    void what_a_rank_says_comes_to_the_next() throws Exception {
        List<ByteBuffer> heard = onEach(ring(3, PATIENT), link -> {
            ByteBuffer from = ByteBuffer.allocate(Float.BYTES);
            link.pass(buffer(List.of((float) link.rank())), from);
            return from.flip();
        });
        assertThat(heard).containsExactly(buffer(List.of(2f)), buffer(List.of(0f)), buffer(List.of(1f)));
    }

    /** Nobody has to wait until the others' silence is too long. */
    @Test
    @Timeout(20)
    void a_rank_that_leaves_ends_the_exchange_on_all_ranks() throws Exception {
        List<Exception> ends = onEach(ring(4, FOR_EVER), link -> {
            RingAllReduce exchange = new RingAllReduce(link);
            exchange.sum(buffer(List.of(1f, 2f, 3f, 4f)));
            if (link.rank() == 2) {
                exchange.close();
            }
            return failureOf(exchange);
        });
        assertThat(ends).allMatch(RankLostException.class::isInstance);
    }

    @Test
    void a_rank_that_is_silent_ends_the_exchange_on_all_others() throws Exception {
        List<Exception> ends = onEach(ring(3, HASTY), link -> {
            RingAllReduce exchange = new RingAllReduce(link);
            return link.rank() == 1 ? new RankLostException("it was silent") : failureOf(exchange);
        });
        assertThat(ends).allMatch(RankLostException.class::isInstance);
    }

    @Test
    void what_is_no_whole_number_of_values_is_refused() throws Exception {
        RingLink link = ring(2, PATIENT).getFirst();
        assertThatThrownBy(() -> new RingAllReduce(link).sum(ByteBuffer.allocate(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a whole number of values: 7 bytes");
    }

    private static Exception failureOf(RingAllReduce exchange) {
        try {
            exchange.sum(buffer(List.of(1f, 2f, 3f, 4f)));
            return new IllegalStateException("summed without all");
        } catch (RankLostException lost) {
            return lost;
        }
    }

    /** Direct, as the engine's memory is. */
    protected static ByteBuffer buffer(List<Float> values) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(values.size() * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int n = 0; n < values.size(); n++) {
            buffer.putFloat(n * Float.BYTES, values.get(n));
        }
        return buffer;
    }

    /** Does the same on each rank, on a thread of its own. */
    protected interface OnRank<T> {
        T on(RingLink link) throws Exception;
    }

    protected static <T> List<T> onEach(List<RingLink> links, OnRank<T> work) throws Exception {
        List<Callable<T>> calls =
                links.stream().<Callable<T>>map(link -> () -> work.on(link)).toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(links.size())) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException failed) {
            throw new AssertionError("a rank failed", failed.getCause());
        } finally {
            links.forEach(RingLink::close);
        }
    }
}
