package io.deeptrain.worker.adapter.nccl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.deeptrain.worker.port.RankLostException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/**
 * NVIDIA's NCCL, 2.14 or later, as far as it is needed: a communicator that sums. No call waits; what a call has begun
 * is over when {@link Communicator#isBusy} says so.
 */
public final class Nccl {
    static final int ID_BYTES = 128;

    private static final int SUCCESS = 0;
    private static final int IN_PROGRESS = 7;
    private static final int FLOAT32 = 7;
    private static final int SUM = 0;

    /** The first in which no call has to wait. */
    private static final int VERSION_MIN = 21400;

    private static final MemoryLayout ID = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(ID_BYTES, JAVA_BYTE));

    /**
     * As of 2.14: size, a number that marks it, the version that it is of, whether calls wait. Later ones are longer.
     */
    private static final MemoryLayout CONFIG =
            MemoryLayout.structLayout(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, MemoryLayout.paddingLayout(4));

    private static final int CONFIG_MARK = 0xcafebeef;

    private final NativeFunction getUniqueId;
    private final NativeFunction initRank;
    private final NativeFunction asyncError;
    private final NativeFunction allReduce;
    private final NativeFunction abort;
    private final NativeFunction errorText;
    private final NativeFunction lastError;
    private final int version;

    /**
     * The library with these functions.
     *
     * @param library libnccl.so.2, or what has it built in
     * @throws UnsupportedOperationException if it is not NCCL, or too old
     */
    public Nccl(SymbolLookup library) {
        FunctionDescriptor onPointer = FunctionDescriptor.of(JAVA_INT, ADDRESS);
        getUniqueId = NativeFunction.of(library, "ncclGetUniqueId", onPointer);
        abort = NativeFunction.of(library, "ncclCommAbort", onPointer);
        initRank = NativeFunction.of(
                library,
                "ncclCommInitRankConfig",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ID, JAVA_INT, ADDRESS));
        asyncError =
                NativeFunction.of(library, "ncclCommGetAsyncError", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        allReduce = NativeFunction.of(
                library,
                "ncclAllReduce",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        errorText = NativeFunction.of(library, "ncclGetErrorString", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        lastError = NativeFunction.of(library, "ncclGetLastError", FunctionDescriptor.of(ADDRESS, ADDRESS));
        version = version(NativeFunction.of(library, "ncclGetVersion", onPointer));
        if (version < VERSION_MIN) {
            throw new UnsupportedOperationException(
                    "NCCL must be of version %s or later and is of %s".formatted(words(VERSION_MIN), words(version)));
        }
    }

    private static int version(NativeFunction getVersion) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(JAVA_INT);
            getVersion.call(number);
            return number.get(JAVA_INT, 0);
        }
    }

    /** As NCCL counts it: 22105 is 2.21.5. Ranks with different ones do not go together. */
    int version() {
        return version;
    }

    @Override
    public String toString() {
        return "NCCL " + words(version);
    }

    private static String words(int version) {
        return "%d.%d.%d".formatted(version / 10000, version / 100 % 100, version % 100);
    }

    /** By which the ranks of a communicator find each other: {@value #ID_BYTES} bytes, made by one of them. */
    byte[] newId() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(ID);
            require("ncclGetUniqueId", getUniqueId.call(id), MemorySegment.NULL);
            return id.toArray(JAVA_BYTE);
        }
    }

    /**
     * Begins to join the others, on the calling thread's current device.
     *
     * @throws RankLostException if that cannot be
     */
    Communicator join(byte[] id, int rank, int ranks) {
        // The library writes there even later.
        Arena memory = Arena.ofShared();
        MemorySegment communicator = memory.allocate(ADDRESS);
        MemorySegment config = memory.allocate(CONFIG);
        config.set(JAVA_LONG, 0, CONFIG.byteSize());
        config.set(JAVA_INT, 8, CONFIG_MARK);
        config.set(JAVA_INT, 12, VERSION_MIN);
        MemorySegment idMemory = memory.allocate(ID).copyFrom(MemorySegment.ofArray(id));
        try {
            int result = initRank.call(communicator, ranks, idMemory, rank, config);
            require("ncclCommInitRankConfig", result, NativeFunction.pointed(communicator));
        } catch (RankLostException failed) {
            memory.close();
            throw failed;
        }
        return new Communicator(memory, NativeFunction.pointed(communicator));
    }

    private void require(String function, int result, MemorySegment communicator) {
        if (result != SUCCESS && result != IN_PROGRESS) {
            throw new RankLostException(
                    "%s: %s (%s)".formatted(function, errorText.text(result), lastError.text(communicator)));
        }
    }

    /** One rank's place among others that sum. */
    final class Communicator implements AutoCloseable {
        private final Arena memory;
        private final MemorySegment handle;
        private final MemorySegment result;
        private boolean closed;

        private Communicator(Arena memory, MemorySegment handle) {
            this.memory = memory;
            this.handle = handle;
            this.result = memory.allocate(JAVA_INT);
        }

        /**
         * Whether the last call goes on.
         *
         * @throws RankLostException if it has failed, or anything has since
         */
        boolean isBusy() {
            require("ncclCommGetAsyncError", asyncError.call(handle, result), handle);
            int state = result.get(JAVA_INT, 0);
            require(Nccl.this.toString(), state, handle);
            return state == IN_PROGRESS;
        }

        /**
         * Queues in the standard stream that values become their sums over all ranks.
         *
         * @param values 32-bit numbers in the device's memory
         */
        void sum(MemorySegment values) {
            long count = values.byteSize() / Float.BYTES;
            require(
                    "ncclAllReduce",
                    allReduce.call(values, values, count, FLOAT32, SUM, handle, MemorySegment.NULL),
                    handle);
        }

        /** Whatever goes on in it ends, here and on the other ranks. */
        @Override
        public void close() {
            if (!closed) {
                closed = true;
                abort.call(handle);
                memory.close();
            }
        }
    }
}
