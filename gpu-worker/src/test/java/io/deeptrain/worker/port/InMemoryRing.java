package io.deeptrain.worker.port;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** A ring of threads. */
public final class InMemoryRing implements RingLink {
    private final int rank;

    /** Of each rank, what the one before has said; nothing when that has left. */
    private final List<BlockingQueue<Optional<ByteBuffer>>> inboxes;

    /** 1 of each rank that has left. */
    private final AtomicIntegerArray left;

    private final Duration silenceMax;

    private InMemoryRing(
            int rank, List<BlockingQueue<Optional<ByteBuffer>>> inboxes, AtomicIntegerArray left, Duration silenceMax) {
        this.rank = rank;
        this.inboxes = inboxes;
        this.left = left;
        this.silenceMax = silenceMax;
    }

    /** The places of a ring. */
    public static List<RingLink> of(int ranks, Duration silenceMax) {
        List<BlockingQueue<Optional<ByteBuffer>>> inboxes = new ArrayList<>();
        AtomicIntegerArray left = new AtomicIntegerArray(ranks);
        List<RingLink> links = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            inboxes.add(new LinkedBlockingQueue<>());
            links.add(new InMemoryRing(rank, inboxes, left, silenceMax));
        }
        return links;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int ranks() {
        return inboxes.size();
    }

    @Override
    public void pass(ByteBuffer toNext, ByteBuffer fromPrevious) {
        if (left.get(rank) == 1) {
            throw new RankLostException("rank %d has left".formatted(rank));
        }
        ByteBuffer copy = ByteBuffer.allocate(toNext.remaining()).put(toNext).flip();
        inboxes.get((rank + 1) % ranks()).add(Optional.of(copy));
        while (fromPrevious.hasRemaining()) {
            fromPrevious.put(
                    next().orElseThrow(() -> new RankLostException("the rank before %d has left".formatted(rank))));
        }
    }

    @Override
    public void requireNeighbours() {
        for (int neighbour : List.of(Math.floorMod(rank - 1, ranks()), (rank + 1) % ranks())) {
            if (left.get(neighbour) == 1) {
                throw new RankLostException("rank %d has left".formatted(neighbour));
            }
        }
    }

    private Optional<ByteBuffer> next() {
        try {
            Optional<ByteBuffer> heard = inboxes.get(rank).poll(silenceMax.toMillis(), TimeUnit.MILLISECONDS);
            if (heard == null) {
                throw new RankLostException("the rank before %d is silent".formatted(rank));
            }
            return heard;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RankLostException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        left.set(rank, 1);
        inboxes.get((rank + 1) % ranks()).add(Optional.empty());
    }
}
