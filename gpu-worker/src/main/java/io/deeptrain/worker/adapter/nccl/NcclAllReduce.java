package io.deeptrain.worker.adapter.nccl;

import io.deeptrain.worker.adapter.nccl.Nccl.Communicator;
import io.deeptrain.worker.gang.RingAllReduce;
import io.deeptrain.worker.gang.RingGather;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RingLink;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Sums by NCCL, from GPU to GPU. The ranks' ring remains beside it: over it they agree whether NCCL can be used, and
 * whoever leaves it is lost, so that nobody waits for a GPU that nobody feeds any more.
 */
public final class NcclAllReduce implements GradientExchange {
    private static final Logger LOG = Logger.getLogger(NcclAllReduce.class);

    /** Connecting GPUs takes a second or two, and longer over a network. */
    private static final Duration JOIN_MAX = Duration.ofSeconds(60);

    /** Of what takes milliseconds. */
    private static final long PAUSE_NANOS = 20_000;

    private static final long LOOK_NANOS = 100_000_000;

    private static final byte[] CANNOT = new byte[Nccl.ID_BYTES];

    /** What a rank needs for NCCL: the library, and its GPU. */
    public record Equipment(Nccl library, Cuda gpu) {}

    private final RingLink ring;
    private final Nccl library;
    private final Cuda gpu;
    private final Communicator communicator;
    private final Duration silenceMax;

    private NcclAllReduce(RingLink ring, Equipment own, Communicator communicator, Duration silenceMax) {
        this.ring = ring;
        this.library = own.library();
        this.gpu = own.gpu();
        this.communicator = communicator;
        this.silenceMax = silenceMax;
    }

    /**
     * The fastest exchange that all ranks are capable of: NCCL where each has it, of one version, and their GPUs reach
     * each other; else the ring itself. Each rank of the ring calls it once, before anything else.
     *
     * @param own this rank's; nothing if it has no GPU, or NCCL is not to be used
     * @param silenceMax for so long one sum may take
     * @throws RankLostException if a rank is lost meanwhile
     */
    public static GradientExchange orRing(RingLink ring, Optional<Equipment> own, Duration silenceMax) {
        return orRing(ring, own, silenceMax, JOIN_MAX);
    }

    static GradientExchange orRing(RingLink ring, Optional<Equipment> own, Duration silenceMax, Duration joinMax) {
        try {
            int version = own.map(equipment -> equipment.library().version()).orElse(0);
            List<Integer> versions = gathered(ring, version);
            if (own.isPresent() && versions.stream().allMatch(each -> each == version)) {
                Optional<NcclAllReduce> joined = joined(ring, own.get(), silenceMax, joinMax);
                if (joined.isPresent()) {
                    return joined.get();
                }
            } else if (own.isPresent()) {
                LOG.warnf(
                        "not all ranks have %s: their versions are %s",
                        own.get().library(), versions);
            }
            return new RingAllReduce(ring);
        } catch (RankLostException lost) {
            ring.close();
            throw lost;
        }
    }

    private static List<Integer> gathered(RingLink ring, int own) {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(own).array();
        return RingGather.of(ring, bytes).stream()
                .map(said -> ByteBuffer.wrap(said).getInt())
                .toList();
    }

    /** Nothing if it fails on any rank: then on all. */
    private static Optional<NcclAllReduce> joined(RingLink ring, Equipment own, Duration silenceMax, Duration joinMax) {
        List<byte[]> said = RingGather.of(ring, said(ring, own));
        Optional<Communicator> communicator = said.stream().noneMatch(each -> Arrays.equals(each, CANNOT))
                ? begun(ring, own, said.getFirst(), joinMax)
                : Optional.empty();
        if (gathered(ring, communicator.isPresent() ? 1 : 0).contains(0)) {
            communicator.ifPresent(Communicator::close);
            LOG.warnf("the ranks do not reach each other by %s: they use connections of their own", own.library());
            return Optional.empty();
        }
        return communicator.map(each -> new NcclAllReduce(ring, own, each, silenceMax));
    }

    /** Rank 0 says where the others find it, they that they can come. */
    private static byte[] said(RingLink ring, Equipment own) {
        try {
            own.gpu().makeCurrent();
            if (ring.rank() == 0) {
                return own.library().newId();
            }
            byte[] can = CANNOT.clone();
            can[0] = 1;
            return can;
        } catch (RankLostException failed) {
            LOG.warnf("this rank cannot use %s: %s", own.library(), failed.getMessage());
            return CANNOT.clone();
        }
    }

    private static Optional<Communicator> begun(RingLink ring, Equipment own, byte[] id, Duration joinMax) {
        try {
            Communicator communicator = own.library().join(id, ring.rank(), ring.ranks());
            try {
                await("joining", joinMax, ring, () -> !communicator.isBusy());
                return Optional.of(communicator);
            } catch (RankLostException failed) {
                communicator.close();
                throw failed;
            }
        } catch (RankLostException failed) {
            LOG.warnf("this rank cannot use %s: %s", own.library(), failed.getMessage());
            return Optional.empty();
        }
    }

    private static void await(String what, Duration most, RingLink ring, BooleanSupplier isOver) {
        long began = System.nanoTime();
        long looked = began;
        while (!isOver.getAsBoolean()) {
            long now = System.nanoTime();
            if (now - began > most.toNanos()) {
                throw new RankLostException("%s takes longer than %s".formatted(what, most));
            }
            if (now - looked > LOOK_NANOS) {
                ring.requireNeighbours();
                looked = now;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public int ranks() {
        return ring.ranks();
    }

    @Override
    public boolean isOnDevice() {
        return true;
    }

    @Override
    public void sum(MemorySegment values) {
        GradientExchange.requireWholeNumber(values);
        try {
            gpu.makeCurrent();
            communicator.sum(values);
            await("a sum", silenceMax, ring, () -> !communicator.isBusy() && gpu.isIdle());
            // What ends because another rank has failed ends without a sum.
            communicator.isBusy();
        } catch (RankLostException lost) {
            close();
            throw lost;
        }
    }

    @Override
    public void close() {
        communicator.close();
        ring.close();
    }

    @Override
    public String toString() {
        return library.toString();
    }
}
