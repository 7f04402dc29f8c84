package io.deeptrain.worker.adapter.djl;

/**
 * A program that loads the engine and ends, which leaves its native libraries unpacked in {@code DJL_CACHE_DIR}.
 *
 * <p>The image runs it when it is built, so that a worker needs neither the time nor a folder it may write to.
 */
public final class UnpackEngine {
    private UnpackEngine() {}

    public static void main(String[] arguments) {
        new DjlLearners(1);
    }
}
