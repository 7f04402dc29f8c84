package io.deeptrain.worker.adapter.runtime;

import io.deeptrain.worker.port.Ahead;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Work done ahead by a few threads of its own. */
public final class ThreadsAhead implements Ahead, AutoCloseable {
    private final ExecutorService threads;

    /**
     * Threads that begin when they are needed.
     *
     * @param count at most so many pieces of work go on at a time
     */
    public ThreadsAhead(int count) {
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("ahead-", 0).factory());
    }

    @Override
    public <T> Results<T> of(long first, long end, int atOnce, Task<T> task) {
        if (atOnce < 1) {
            throw new IllegalArgumentException("at least one result must be worked on at once: " + atOnce);
        }
        Queue<T> results = new Queue<>(first, end, task);
        for (int n = 0; n < atOnce; n++) {
            results.begin();
        }
        return results;
    }

    /** Belongs to the thread that takes the results. */
    private final class Queue<T> implements Results<T> {
        private final Deque<Future<T>> begun = new ArrayDeque<>();
        private final long end;
        private final Task<T> task;
        private long next;
        private volatile boolean closed;

        Queue(long first, long end, Task<T> task) {
            this.next = first;
            this.end = end;
            this.task = task;
        }

        void begin() {
            if (next < end) {
                long position = next++;
                begun.add(threads.submit(() -> result(position)));
            }
        }

        @Override
        public T next() throws IOException, InterruptedException {
            Future<T> first = begun.element();
            try {
                T result = first.get();
                begun.remove();
                begin();
                return result;
            } catch (ExecutionException failed) {
                throw rethrown(failed.getCause());
            }
        }

        /** Waits also when it is interrupted: what is worked on may be read from a file that is closed next. */
        @Override
        public void close() {
            next = end;
            closed = true;
            boolean interrupted = false;
            while (!begun.isEmpty()) {
                try {
                    begun.element().get();
                    begun.remove();
                } catch (ExecutionException _) {
                    // Nobody asked for this result any more.
                    begun.remove();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private T result(long position) throws IOException {
            if (closed) {
                throw new CancellationException("nobody waits for position " + position);
            }
            return task.at(position);
        }
    }

    private static IOException rethrown(@Nullable Throwable cause) throws IOException {
        switch (cause) {
            case IOException failure -> throw failure;
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            case null, default -> throw new IllegalStateException("a task ended with what it does not declare", cause);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
