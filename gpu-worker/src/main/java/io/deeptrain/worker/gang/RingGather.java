package io.deeptrain.worker.gang;

import io.deeptrain.worker.port.RingLink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What each rank of a ring says becomes known to all: it goes once around. */
public final class RingGather {
    private RingGather() {}

    /**
     * What all say, by rank.
     *
     * @param own of as many bytes as the others'
     * @throws io.deeptrain.worker.port.RankLostException if a neighbour is lost
     */
    public static List<byte[]> of(RingLink link, byte[] own) {
        int ranks = link.ranks();
        List<byte[]> known = new ArrayList<>(Collections.nCopies(ranks, own));
        for (int pass = 0; pass < ranks - 1; pass++) {
            byte[] heard = new byte[own.length];
            byte[] said = known.get(Math.floorMod(link.rank() - pass, ranks));
            link.pass(ByteBuffer.wrap(said), ByteBuffer.wrap(heard));
            known.set(Math.floorMod(link.rank() - pass - 1, ranks), heard);
        }
        return known;
    }
}
