package io.deeptrain.worker.port;

import java.io.IOException;

/**
 * Work that is done before its results are asked for, while the caller does something else. Results come in order, and
 * are the same however much is done at once.
 */
public interface Ahead {
    /** Does each piece of work when its result is asked for, on the caller's thread. */
    Ahead NOTHING = new Ahead() {
        @Override
        public <T> Results<T> of(long first, long end, int atOnce, Task<T> task) {
            return new Results<>() {
                private long next = first;

                @Override
                public T next() throws IOException {
                    return task.at(next++);
                }

                @Override
                public void close() {}
            };
        }
    };

    /** One piece of work for each position; safe for several threads at once. */
    @FunctionalInterface
    interface Task<T> {
        T at(long position) throws IOException;
    }

    /** Results in the order of their positions. */
    interface Results<T> extends AutoCloseable {
        /** The next one; waits until it is there. Asked for no more often than there are positions. */
        T next() throws IOException, InterruptedException;

        /** Begins no more work, and returns when none is going on. */
        @Override
        void close();
    }

    /**
     * Begins with the first positions.
     *
     * @param end one more than the last position
     * @param atOnce so many results, at most, are being worked on or wait to be taken
     */
    <T> Results<T> of(long first, long end, int atOnce, Task<T> task);
}
