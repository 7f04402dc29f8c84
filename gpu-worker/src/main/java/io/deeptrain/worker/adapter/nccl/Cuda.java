package io.deeptrain.worker.adapter.nccl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.deeptrain.worker.port.RankLostException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/**
 * A GPU as CUDA's driver has it: its primary context, which the engine uses too, and the standard stream, in which the
 * engine queues all that it does.
 */
public final class Cuda {
    private static final int SUCCESS = 0;
    private static final int NOT_READY = 600;
    private static final MemorySegment STANDARD_STREAM = MemorySegment.NULL;

    private final NativeFunction setCurrent;
    private final NativeFunction queryStream;
    private final NativeFunction errorText;
    private final MemorySegment context;

    /**
     * The driver's device of this number, among those that the process sees.
     *
     * @param driver libcuda.so.1
     * @throws UnsupportedOperationException if it is no driver, or has no such device
     */
    public Cuda(SymbolLookup driver, int place) {
        FunctionDescriptor onPointer = FunctionDescriptor.of(JAVA_INT, ADDRESS);
        setCurrent = NativeFunction.of(driver, "cuCtxSetCurrent", onPointer);
        queryStream = NativeFunction.of(driver, "cuStreamQuery", onPointer);
        errorText = NativeFunction.of(driver, "cuGetErrorString", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
        NativeFunction init = NativeFunction.of(driver, "cuInit", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        NativeFunction deviceGet =
                NativeFunction.of(driver, "cuDeviceGet", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        // Never released: it is the engine's as long as the process lives.
        NativeFunction retain = NativeFunction.of(
                driver, "cuDevicePrimaryCtxRetain", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            require("cuInit", init.call(0));
            MemorySegment device = arena.allocate(JAVA_INT);
            require("cuDeviceGet", deviceGet.call(device, place));
            MemorySegment retained = arena.allocate(ADDRESS);
            require("cuDevicePrimaryCtxRetain", retain.call(retained, device.get(JAVA_INT, 0)));
            context = NativeFunction.pointed(retained);
        }
    }

    private void require(String function, int result) {
        if (result != SUCCESS) {
            throw new UnsupportedOperationException("%s: %s".formatted(function, words(result)));
        }
    }

    /** What the calling thread does from now on is done on this device. */
    void makeCurrent() {
        int result = setCurrent.call(context);
        if (result != SUCCESS) {
            throw new RankLostException("the GPU cannot be used: " + words(result));
        }
    }

    /**
     * Whether all is done that was queued in the standard stream.
     *
     * @throws RankLostException if something in it has failed
     */
    boolean isIdle() {
        int result = queryStream.call(STANDARD_STREAM);
        if (result != SUCCESS && result != NOT_READY) {
            throw new RankLostException("the GPU has failed: " + words(result));
        }
        return result == SUCCESS;
    }

    private String words(int error) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(ADDRESS);
            errorText.call(error, text);
            return "CUDA error %d, %s".formatted(error, NativeFunction.textAt(NativeFunction.pointed(text)));
        }
    }
}
