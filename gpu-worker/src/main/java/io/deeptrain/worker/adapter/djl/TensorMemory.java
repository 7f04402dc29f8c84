package io.deeptrain.worker.adapter.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.LibUtils;
import io.deeptrain.worker.adapter.nccl.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Where the engine has a tensor's numbers, on whatever device. DJL does not tell; libtorch's own interface for C does,
 * which takes what DJL calls a handle.
 */
@SuppressWarnings("restricted")
final class TensorMemory {
    /** PyTorch's names of the library on processors, and of the function. */
    private static final String LIBRARY = System.mapLibraryName("torch_cpu");

    private static final String FUNCTION = "aoti_torch_get_data_ptr";

    private static final NativeFunction DATA = NativeFunction.of(
            library(LIBRARY),
            FUNCTION,
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));

    private TensorMemory() {}

    /** One of the engine's libraries, which it has loaded. */
    static SymbolLookup library(String file) {
        return SymbolLookup.libraryLookup(Path.of(LibUtils.getLibtorchPath(), file), Arena.global());
    }

    /**
     * The numbers of a tensor without gaps. They are there as long as the tensor is, and Java may read them only if the
     * device is a processor.
     */
    static MemorySegment of(PtNDArray array) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
            int result = DATA.call(MemorySegment.ofAddress(array.getHandle()), pointer);
            if (result != 0) {
                throw new IllegalStateException("%s answers %d".formatted(FUNCTION, result));
            }
            return NativeFunction.pointed(pointer)
                    .reinterpret(array.size() * array.getDataType().getNumOfBytes());
        }
    }
}
