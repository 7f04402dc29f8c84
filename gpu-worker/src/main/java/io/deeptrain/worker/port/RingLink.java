package io.deeptrain.worker.port;

import java.nio.ByteBuffer;

/** One rank's place in a ring: it speaks to the next rank and hears the one before. Belongs to one thread at a time. */
public interface RingLink extends AutoCloseable {
    /** From 0 on. */
    int rank();

    /** How many there are in the ring; the last one speaks to rank 0. */
    int ranks();

    /**
     * Sends and receives at the same time, so that all ranks of a ring may do it at once, however much it is.
     *
     * @param toNext sent from its position to its limit
     * @param fromPrevious filled from its position to its limit
     * @throws RankLostException if a neighbour has left, or says nothing for too long
     */
    void pass(ByteBuffer toNext, ByteBuffer fromPrevious);

    /**
     * Looks whether they are still there, without saying or hearing anything.
     *
     * @throws RankLostException if a neighbour has left
     */
    void requireNeighbours();

    /** Leaves: neighbours that wait for this rank need not wait any longer. */
    @Override
    void close();
}
