package io.deeptrain.worker.adapter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.port.Ahead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadsAheadTest {
    private final ThreadsAhead threads = new ThreadsAhead(2);

    @AfterEach
    void close() {
        threads.close();
    }

    @Test
    void results_come_in_order_though_later_ones_are_ready_first() throws Exception {
        CountDownLatch secondIsReady = new CountDownLatch(1);
        try (Ahead.Results<Long> results = threads.of(0, 2, 2, position -> {
            if (position == 0) {
                await(secondIsReady);
            } else {
                secondIsReady.countDown();
            }
            return position;
        })) {
            assertThat(List.of(results.next(), results.next())).containsExactly(0L, 1L);
        }
    }

    @Test
    void no_more_is_begun_than_may_wait_to_be_taken_and_nothing_past_the_end() throws Exception {
        List<Long> begun = new ArrayList<>();
        CyclicBarrier each = new CyclicBarrier(2);
        try (Ahead.Results<Long> results = new OneThread(begun, each).of(3, 8, 2)) {
            pass(each);
            pass(each);
            assertThat(seen(begun)).containsExactly(3L, 4L);
            List<Long> taken = new ArrayList<>();
            for (int n = 0; n < 5; n++) {
                taken.add(results.next());
                if (n < 3) {
                    pass(each);
                }
            }
            assertThat(taken).containsExactly(3L, 4L, 5L, 6L, 7L);
            assertThat(seen(begun)).containsExactly(3L, 4L, 5L, 6L, 7L);
        }
    }

    private static List<Long> seen(List<Long> begun) {
        synchronized (begun) {
            return List.copyOf(begun);
        }
    }

    /** Work that waits to be let pass once it has begun. */
    private record OneThread(List<Long> begun, CyclicBarrier each) {
        Ahead.Results<Long> of(long first, long end, int atOnce) {
            ThreadsAhead one = new ThreadsAhead(1);
            Ahead.Results<Long> results = one.of(first, end, atOnce, position -> {
                synchronized (begun) {
                    begun.add(position);
                }
                pass(each);
                return position;
            });
            return new Ahead.Results<>() {
                @Override
                public Long next() throws IOException, InterruptedException {
                    return results.next();
                }

                @Override
                public void close() {
                    results.close();
                    one.close();
                }
            };
        }
    }

    @Test
    void what_goes_wrong_is_told_when_its_turn_comes() throws Exception {
        try (Ahead.Results<Long> results = threads.of(0, 3, 3, position -> {
            if (position == 1) {
                throw new IOException("disk");
            }
            return position;
        })) {
            assertThat(results.next()).isZero();
            assertThatThrownBy(results::next).isInstanceOf(IOException.class).hasMessage("disk");
        }
    }

    @Test
    void closing_waits_for_what_goes_on_and_begins_nothing_more() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch began = new CountDownLatch(2);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Ahead.Results<Long> results = threads.of(0, 100, 10, position -> {
            began.countDown();
            await(mayEnd);
            ended.incrementAndGet();
            return position;
        });
        await(began);
        Thread closing = Thread.ofPlatform().start(results::close);
        while (closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        mayEnd.countDown();
        closing.join();
        assertThat(ended).hasValue(2);
    }

    @Test
    void without_threads_the_results_are_the_same() throws Exception {
        try (Ahead.Results<Long> ahead = threads.of(5, 9, 3, position -> position * position);
                Ahead.Results<Long> inTurn = Ahead.NOTHING.of(5, 9, 3, position -> position * position)) {
            for (long position : LongStream.range(5, 9).toArray()) {
                assertThat(ahead.next()).isEqualTo(position * position).isEqualTo(inTurn.next());
            }
        }
    }

    @Test
    void at_least_one_result_is_worked_on() {
        assertThatThrownBy(() -> threads.of(0, 1, 0, position -> position)).hasMessageContaining("at least one");
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IOException("waited in vain");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }

    private static void pass(CyclicBarrier barrier) throws IOException {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IOException(failed);
        }
    }
}
