package io.deeptrain.worker.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every exchange must do. */
@Timeout(60)
public abstract class GradientExchangeContract {
    protected static final Duration PATIENT = Duration.ofSeconds(30);
    protected static final Duration FOR_EVER = Duration.ofMinutes(10);
    private static final Duration HASTY = Duration.ofMillis(300);

    /** The exchanges of new ranks, by rank. */
    protected abstract List<GradientExchange> exchanges(int ranks, Duration silenceMax) throws Exception;

    @ParameterizedTest
    @CsvSource({"2, 1", "2, 7", "2, 3000001", "3, 2", "3, 1000", "4, 1000003", "5, 3"})
    void every_rank_has_the_same_sums_bit_for_bit(int ranks, int count) throws Exception {
        double[] sums = new double[count];
        List<MemorySegment> values = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            SplittableRandom random = new SplittableRandom(rank);
            float[] own = new float[count];
            for (int n = 0; n < count; n++) {
                own[n] = (float) random.nextDouble(-1, 1);
                sums[n] += own[n];
            }
            values.add(values(own));
        }

        onEachExchange(exchanges(ranks, PATIENT), (rank, exchange) -> {
            assertThat(exchange.ranks()).isEqualTo(ranks);
            exchange.sum(values.get(rank));
            return rank;
        });

        assertThat(values).allMatch(each -> each.mismatch(values.getFirst()) < 0);
        for (int n = 0; n < count; n++) {
            assertThat((double) values.getFirst().getAtIndex(ValueLayout.JAVA_FLOAT, n))
                    .isBetween(sums[n] - 1e-5, sums[n] + 1e-5);
        }
    }

    @Test
    void one_exchange_follows_the_other() throws Exception {
        List<List<Float>> results = onEachExchange(exchanges(3, PATIENT), (_, exchange) -> {
            MemorySegment values = values(1, 2, 3, 4);
            for (int n = 0; n < 5; n++) {
                exchange.sum(values);
            }
            return numbers(values);
        });
        assertThat(results).containsOnly(List.of(243f, 486f, 729f, 972f));
    }

    /** Nobody has to wait until the others' silence is too long. */
    @Test
    @Timeout(20)
    void a_rank_that_leaves_ends_the_exchange_on_all_ranks() throws Exception {
        List<Exception> ends = onEachExchange(exchanges(4, FOR_EVER), (rank, exchange) -> {
            exchange.sum(values(1, 2, 3, 4));
            if (rank == 2) {
                exchange.close();
                return new RankLostException("it has left");
            }
            return failureOf(exchange);
        });
        assertThat(ends).allMatch(RankLostException.class::isInstance);
    }

    @Test
    void a_rank_that_is_silent_ends_the_exchange_on_all_others() throws Exception {
        List<Exception> ends = onEachExchange(
                exchanges(3, HASTY),
                (rank, exchange) -> rank == 1 ? new RankLostException("it was silent") : failureOf(exchange));
        assertThat(ends).allMatch(RankLostException.class::isInstance);
    }

    @Test
    void what_is_no_whole_number_of_values_is_refused() throws Exception {
        List<GradientExchange> exchanges = exchanges(2, PATIENT);
        assertThatThrownBy(() -> exchanges.getFirst().sum(Arena.ofAuto().allocate(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a whole number of values: 7 bytes");
        exchanges.forEach(GradientExchange::close);
    }

    /** How a sum fails. */
    protected static Exception failureOf(GradientExchange exchange) {
        try {
            exchange.sum(values(1, 2, 3, 4));
            return new IllegalStateException("summed without all");
        } catch (RankLostException lost) {
            return lost;
        }
    }

    /** Outside the heap, as the engine's memory is. */
    protected static MemorySegment values(float... values) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
    }

    protected static List<Float> numbers(MemorySegment values) {
        float[] numbers = values.toArray(ValueLayout.JAVA_FLOAT);
        return IntStream.range(0, numbers.length).mapToObj(n -> numbers[n]).toList();
    }

    /** Does the same on each rank, on a thread of its own. */
    protected interface OnExchange<T> {
        T on(int rank, GradientExchange exchange) throws Exception;
    }

    protected static <T> List<T> onEachExchange(List<GradientExchange> exchanges, OnExchange<T> work) throws Exception {
        try {
            return onThreads(IntStream.range(0, exchanges.size())
                    .<Callable<T>>mapToObj(rank -> () -> work.on(rank, exchanges.get(rank)))
                    .toList());
        } finally {
            exchanges.forEach(GradientExchange::close);
        }
    }

    /** What all answer, each on a thread of its own. */
    protected static <T> List<T> onThreads(List<Callable<T>> calls) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException failed) {
            throw new AssertionError("a rank failed", failed.getCause());
        }
    }
}
