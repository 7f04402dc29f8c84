package io.deeptrain.worker.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.gang.RingAllReduce;
import io.deeptrain.worker.gang.RingGather;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** What every ring must do, and what is summed over it. */
public abstract class RingLinkContract extends GradientExchangeContract {
    /** The places of a new ring, by rank. */
    protected abstract List<RingLink> ring(int ranks, Duration silenceMax) throws Exception;

    @Override
    protected List<GradientExchange> exchanges(int ranks, Duration silenceMax) throws Exception {
        return ring(ranks, silenceMax).stream()
                .<GradientExchange>map(RingAllReduce::new)
                .toList();
    }

    @Test
    void what_a_rank_says_comes_to_the_next() throws Exception {
        List<Integer> heard = onEach(ring(3, PATIENT), link -> {
            ByteBuffer from = ByteBuffer.allocate(Integer.BYTES);
            link.pass(ByteBuffer.allocate(Integer.BYTES).putInt(link.rank()).flip(), from);
            return from.flip().getInt();
        });
        assertThat(heard).containsExactly(2, 0, 1);
    }

    @Test
    void what_each_rank_says_becomes_known_to_all() throws Exception {
        List<List<String>> known = onEach(
                ring(4, PATIENT),
                link -> RingGather.of(link, "of %d".formatted(link.rank()).getBytes(StandardCharsets.US_ASCII)).stream()
                        .map(said -> new String(said, StandardCharsets.US_ASCII))
                        .toList());
        assertThat(known).hasSize(4).containsOnly(List.of("of 0", "of 1", "of 2", "of 3"));
    }

    /** Who looks whether others are there hears what comes next all the same. */
    @Test
    void neighbours_that_are_there_are_not_lost_and_nothing_is_that_they_have_said() throws Exception {
        CyclicBarrier said = new CyclicBarrier(3);
        List<Integer> heard = onEach(ring(3, PATIENT), link -> {
            link.requireNeighbours();
            ByteBuffer nothing = ByteBuffer.allocate(0);
            ByteBuffer from = ByteBuffer.allocate(3 * Integer.BYTES);
            for (int n = 0; n < 3; n++) {
                link.pass(
                        ByteBuffer.allocate(Integer.BYTES)
                                .putInt(10 * link.rank() + n)
                                .flip(),
                        nothing);
                said.await();
                link.requireNeighbours();
            }
            link.pass(nothing, from);
            from.flip();
            return from.getInt() + from.getInt() + from.getInt();
        });
        assertThat(heard).containsExactly(63, 3, 33);
    }

    @Test
    void who_looks_finds_that_a_neighbour_has_left() throws Exception {
        List<RingLink> links = ring(4, PATIENT);
        links.get(2).close();
        links.getFirst().requireNeighbours();
        for (int rank : List.of(1, 3)) {
            assertThatThrownBy(() -> lookUntilLost(links.get(rank))).isInstanceOf(RankLostException.class);
        }
        links.forEach(RingLink::close);
    }

    /** The word that somebody has left travels, if only for a moment. */
    private static void lookUntilLost(RingLink link) {
        while (true) {
            link.requireNeighbours();
        }
    }

    /** Does the same on each rank, on a thread of its own. */
    protected interface OnRank<T> {
        T on(RingLink link) throws Exception;
    }

    protected static <T> List<T> onEach(List<RingLink> links, OnRank<T> work) throws Exception {
        try {
            return onThreads(
                    links.stream().<Callable<T>>map(link -> () -> work.on(link)).toList());
        } finally {
            links.forEach(RingLink::close);
        }
    }
}
