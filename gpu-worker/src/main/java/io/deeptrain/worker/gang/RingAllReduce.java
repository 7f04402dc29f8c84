package io.deeptrain.worker.gang;

import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RingLink;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Sums over a ring (Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of workstations").
 *
 * <p>The values are cut into as many chunks as there are ranks.
 *
 * <ol>
 *   <li>Reduce-scatter: each chunk goes once around the ring and grows by each rank's values, so that after as many
 *       passes as there are other ranks each rank holds the sum of one chunk.
 *   <li>All-gather: the sums go around once more.
 * </ol>
 *
 * <p>A rank sends and receives twice the values, less two chunks, however many ranks there are. A chunk is summed in
 * one order, from the rank of its number on, and its sum is copied: so all ranks have the same bits.
 */
public final class RingAllReduce implements GradientExchange {
    private final RingLink link;
    private ByteBuffer received = ByteBuffer.allocateDirect(0);

    public RingAllReduce(RingLink link) {
        this.link = link;
    }

    @Override
    public int ranks() {
        return link.ranks();
    }

    @Override
    public void sum(MemorySegment memory) {
        GradientExchange.requireWholeNumber(memory);
        ByteBuffer values = memory.asByteBuffer();
        try {
            reduceScatter(values);
            allGather(values);
        } catch (RankLostException lost) {
            // The neighbours learn from it that this rank does not go on either, and theirs from them.
            link.close();
            throw lost;
        }
    }

    private void reduceScatter(ByteBuffer values) {
        for (int pass = 0; pass < ranks() - 1; pass++) {
            ByteBuffer own = chunk(values, link.rank() - pass - 1);
            ByteBuffer others = room(own.remaining());
            link.pass(chunk(values, link.rank() - pass), others.duplicate());
            add(others, own);
        }
    }

    private void allGather(ByteBuffer values) {
        for (int pass = 0; pass < ranks() - 1; pass++) {
            link.pass(chunk(values, link.rank() - pass + 1), chunk(values, link.rank() - pass));
        }
    }

    private ByteBuffer chunk(ByteBuffer values, int number) {
        long count = values.capacity() / Float.BYTES;
        int chunk = Math.floorMod(number, ranks());
        int from = Math.toIntExact(count * chunk / ranks());
        int to = Math.toIntExact(count * (chunk + 1) / ranks());
        return values.slice(from * Float.BYTES, (to - from) * Float.BYTES);
    }

    private ByteBuffer room(int bytes) {
        if (received.capacity() < bytes) {
            received = ByteBuffer.allocateDirect(bytes);
        }
        return received.slice(0, bytes);
    }

    private static void add(ByteBuffer more, ByteBuffer into) {
        FloatBuffer sums = into.order(ByteOrder.nativeOrder()).asFloatBuffer();
        FloatBuffer values = more.order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (int n = 0; n < sums.limit(); n++) {
            sums.put(n, sums.get(n) + values.get(n));
        }
    }

    @Override
    public void close() {
        link.close();
    }

    @Override
    public String toString() {
        return "a ring of TCP connections";
    }
}
