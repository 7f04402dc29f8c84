package io.deeptrain.worker.adapter.nccl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.util.Objects.requireNonNull;

import io.deeptrain.worker.adapter.nccl.NcclAllReduce.Equipment;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * GPUs whose memory is main memory, with a driver and an NCCL that are called as the real ones are: as native
 * functions, with the signatures of their headers. A rank that aborts or ends leaves the others waiting, as GPUs do
 * that read each other's memory.
 */
@SuppressWarnings("restricted")
public final class FakeGpus {
    /** As of {@code nccl.h}. */
    private static final int SUCCESS = 0;

    private static final int SYSTEM_ERROR = 2;

    private static final int INVALID_ARGUMENT = 4;
    private static final int IN_PROGRESS = 7;
    private static final int FLOAT32 = 7;
    private static final int SUM = 0;
    private static final int CONFIG_MARK = 0xcafebeef;
    private static final int ID_BYTES = 128;

    /** As of {@code cuda.h}. */
    private static final int NOT_READY = 600;

    private static final int ILLEGAL_ADDRESS = 700;

    private final Arena arena = Arena.ofAuto();
    private final Map<Byte, List<Gpu>> groups = new HashMap<>();
    private int sums;

    /** How many sums all ranks of a group have made. */
    public synchronized int sums() {
        return sums;
    }

    /** A GPU with NCCL 2.21.5. */
    public Gpu gpu() {
        return new Gpu();
    }

    private record Sum(MemorySegment from, MemorySegment to, long count) {}

    /** One of them, as one process sees it. Its native functions are found by their names. */
    public final class Gpu {
        private int version = 22105;
        private boolean isBroken;
        private boolean isUnreachable;
        private boolean isDeaf;
        private boolean isCurrent;
        private boolean isAborted;
        private List<Gpu> group = List.of();
        private int ranks;
        private Optional<Sum> queued = Optional.empty();
        private int busyLooks;

        private Gpu() {}

        /** With another NCCL. */
        public Gpu version(int other) {
            version = other;
            return this;
        }

        /** Which no other GPU reaches. */
        public Gpu unreachable() {
            isUnreachable = true;
            return this;
        }

        /** Which others reach, and which does not reach them. */
        public Gpu deaf() {
            isDeaf = true;
            return this;
        }

        /** Fails from now on. */
        public Gpu broken() {
            isBroken = true;
            return this;
        }

        boolean isAborted() {
            return isAborted;
        }

        /** What its process exchanges by. */
        public Equipment equipment() {
            return new Equipment(new Nccl(library()), new Cuda(driver(), 0));
        }

        SymbolLookup driver() {
            return symbols(Map.of(
                    "cuInit", stub("cuInit", FunctionDescriptor.of(JAVA_INT, JAVA_INT)),
                    "cuDeviceGet", stub("cuDeviceGet", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT)),
                    "cuDevicePrimaryCtxRetain",
                            stub("cuDevicePrimaryCtxRetain", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT)),
                    "cuCtxSetCurrent", stub("cuCtxSetCurrent", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                    "cuStreamQuery", stub("cuStreamQuery", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                    "cuGetErrorString", stub("cuGetErrorString", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS))));
        }

        SymbolLookup library() {
            MemoryLayout id = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(ID_BYTES, JAVA_BYTE));
            return symbols(Map.of(
                    "ncclGetVersion", stub("ncclGetVersion", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                    "ncclGetUniqueId", stub("ncclGetUniqueId", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                    "ncclCommInitRankConfig",
                            stub(
                                    "ncclCommInitRankConfig",
                                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, id, JAVA_INT, ADDRESS)),
                    "ncclCommGetAsyncError",
                            stub("ncclCommGetAsyncError", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS)),
                    "ncclAllReduce",
                            stub(
                                    "ncclAllReduce",
                                    FunctionDescriptor.of(
                                            JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS,
                                            ADDRESS)),
                    "ncclCommAbort", stub("ncclCommAbort", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                    "ncclGetErrorString", stub("ncclGetErrorString", FunctionDescriptor.of(ADDRESS, JAVA_INT)),
                    "ncclGetLastError", stub("ncclGetLastError", FunctionDescriptor.of(ADDRESS, ADDRESS))));
        }

        private MemorySegment stub(String method, FunctionDescriptor descriptor) {
            MethodType type = descriptor.toMethodType();
            try {
                return Linker.nativeLinker()
                        .upcallStub(MethodHandles.lookup().bind(this, method, type), descriptor, arena);
            } catch (ReflectiveOperationException missing) {
                throw new IllegalStateException("the fake lacks " + method + type, missing);
            }
        }

        int cuInit(int flags) {
            return flags;
        }

        int cuDeviceGet(MemorySegment device, int ordinal) {
            device.reinterpret(4).set(JAVA_INT, 0, ordinal);
            return SUCCESS;
        }

        int cuDevicePrimaryCtxRetain(MemorySegment context, int device) {
            context.reinterpret(8).set(ADDRESS, 0, MemorySegment.ofAddress(1000 + device));
            return SUCCESS;
        }

        int cuCtxSetCurrent(MemorySegment context) {
            isCurrent = context.address() == 1000;
            return isBroken ? ILLEGAL_ADDRESS : SUCCESS;
        }

        int cuStreamQuery(MemorySegment stream) {
            synchronized (FakeGpus.this) {
                if (isBroken) {
                    return ILLEGAL_ADDRESS;
                }
                return stream.address() == 0 && queued.isPresent() ? NOT_READY : SUCCESS;
            }
        }

        int cuGetErrorString(int error, MemorySegment text) {
            MemorySegment words = arena.allocateFrom("an illegal memory access was encountered");
            text.reinterpret(8).set(ADDRESS, 0, words);
            return error == ILLEGAL_ADDRESS ? SUCCESS : INVALID_ARGUMENT;
        }

        int ncclGetVersion(MemorySegment number) {
            number.reinterpret(4).set(JAVA_INT, 0, version);
            return SUCCESS;
        }

        int ncclGetUniqueId(MemorySegment id) {
            synchronized (FakeGpus.this) {
                byte name = (byte) (groups.size() + 1);
                groups.put(name, new ArrayList<>());
                id.reinterpret(ID_BYTES).fill(name);
                return SUCCESS;
            }
        }

        int ncclCommInitRankConfig(
                MemorySegment communicator, int count, MemorySegment id, int rank, MemorySegment config) {
            MemorySegment head = config.reinterpret(20);
            if (!isCurrent
                    || head.get(JAVA_LONG, 0) < head.byteSize()
                    || head.get(JAVA_INT, 8) != CONFIG_MARK
                    || head.get(JAVA_INT, 12) < 21400
                    || head.get(JAVA_INT, 16) != 0
                    || rank < 0
                    || rank >= count
                    || id.get(JAVA_BYTE, ID_BYTES - 1) != id.get(JAVA_BYTE, 0)) {
                return INVALID_ARGUMENT;
            }
            communicator.reinterpret(8).set(ADDRESS, 0, MemorySegment.ofAddress(2000));
            synchronized (FakeGpus.this) {
                group = requireNonNull(groups.get(id.get(JAVA_BYTE, 0)));
                ranks = count;
                if (!isUnreachable) {
                    group.add(this);
                }
            }
            return IN_PROGRESS;
        }

        int ncclCommGetAsyncError(MemorySegment communicator, MemorySegment result) {
            synchronized (FakeGpus.this) {
                boolean isBusy = group.size() < ranks || busyLooks-- > 0;
                result.reinterpret(4).set(JAVA_INT, 0, isDeaf ? SYSTEM_ERROR : isBusy ? IN_PROGRESS : SUCCESS);
                return communicator.address() == 2000 ? SUCCESS : INVALID_ARGUMENT;
            }
        }

        int ncclAllReduce(
                MemorySegment from,
                MemorySegment to,
                long count,
                int type,
                int operation,
                MemorySegment communicator,
                MemorySegment stream) {
            if (!isCurrent
                    || type != FLOAT32
                    || operation != SUM
                    || communicator.address() != 2000
                    || stream.address() != 0) {
                return INVALID_ARGUMENT;
            }
            synchronized (FakeGpus.this) {
                busyLooks = 1;
                queued = Optional.of(
                        new Sum(from.reinterpret(count * Float.BYTES), to.reinterpret(count * Float.BYTES), count));
                if (group.stream().allMatch(each -> each.queued.isPresent())) {
                    sum(group);
                }
            }
            return IN_PROGRESS;
        }

        int ncclCommAbort(MemorySegment communicator) {
            synchronized (FakeGpus.this) {
                isAborted = communicator.address() == 2000;
                queued = Optional.empty();
                return SUCCESS;
            }
        }

        MemorySegment ncclGetErrorString(int result) {
            return arena.allocateFrom("result %d".formatted(result));
        }

        MemorySegment ncclGetLastError(MemorySegment communicator) {
            return arena.allocateFrom("of communicator %d".formatted(communicator.address()));
        }
    }

    private void sum(List<Gpu> group) {
        List<Sum> parts = group.stream().map(gpu -> gpu.queued.orElseThrow()).toList();
        for (long n = 0; n < parts.getFirst().count(); n++) {
            float sum = 0;
            for (Sum part : parts) {
                sum += part.from().getAtIndex(JAVA_FLOAT, n);
            }
            for (Sum part : parts) {
                part.to().setAtIndex(JAVA_FLOAT, n, sum);
            }
        }
        group.forEach(gpu -> gpu.queued = Optional.empty());
        sums++;
    }

    private static SymbolLookup symbols(Map<String, MemorySegment> functions) {
        return name -> Optional.ofNullable(functions.get(name));
    }
}
