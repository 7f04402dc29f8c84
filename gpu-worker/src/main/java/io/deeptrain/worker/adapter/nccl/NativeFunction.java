package io.deeptrain.worker.adapter.nccl;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A function of a native library. Nobody checks that it takes and answers what is said here. */
@SuppressWarnings("restricted")
public final class NativeFunction {
    /** Texts end with a zero before. */
    private static final long TEXT_MAX = 4096;

    private final String name;
    private final MethodHandle handle;

    private NativeFunction(String name, MethodHandle handle) {
        this.name = name;
        this.handle = handle;
    }

    /**
     * One of the library's.
     *
     * @param descriptor as the library's header has it
     * @throws UnsupportedOperationException if the library lacks it
     */
    public static NativeFunction of(SymbolLookup library, String name, FunctionDescriptor descriptor) {
        MemorySegment address = library.find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the library has no function " + name));
        return new NativeFunction(name, Linker.nativeLinker().downcallHandle(address, descriptor));
    }

    /** Calls what answers an {@code int}. */
    public int call(Object... arguments) {
        return (int) answer(arguments);
    }

    /** Calls what answers a text. */
    String text(Object... arguments) {
        return textAt((MemorySegment) answer(arguments));
    }

    private Object answer(Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable impossible) {
            throw new IllegalStateException("%s is called as its header does not have it".formatted(name), impossible);
        }
    }

    static String textAt(MemorySegment pointer) {
        return pointer.equals(MemorySegment.NULL)
                ? "nothing"
                : pointer.reinterpret(TEXT_MAX).getString(0);
    }

    /** What a pointer to a pointer points to. */
    public static MemorySegment pointed(MemorySegment pointer) {
        return pointer.get(ValueLayout.ADDRESS, 0);
    }
}
