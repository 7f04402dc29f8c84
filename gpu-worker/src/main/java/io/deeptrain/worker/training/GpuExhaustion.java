package io.deeptrain.worker.training;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PyTorch says when a GPU has no more memory, in bytes.
 *
 * @param asked that were not to be had
 * @param device that the GPU has
 * @param held by this process's tensors, and for the next ones of it
 */
record GpuExhaustion(double asked, double device, double held) {
    /** The driver and the libraries need memory too, and what is left over in parts is of no use to a large tensor. */
    private static final double OF_OTHERS_MAX = 0.125;

    private static final String SIZE = "([0-9]+(?:\\.[0-9]+)?) (bytes|KiB|MiB|GiB)";
    private static final Pattern ASKED = Pattern.compile("CUDA out of memory\\. Tried to allocate " + SIZE);
    private static final Pattern DEVICE = Pattern.compile("has a total capacity of " + SIZE);
    private static final Pattern ALLOCATED = Pattern.compile("Of the allocated memory " + SIZE + " is allocated by");
    private static final Pattern RESERVED = Pattern.compile(SIZE + " is reserved by PyTorch but unallocated");

    /** Nothing if that is not what this says, or not all of it: what is not known is nobody's but the platform's. */
    static Optional<GpuExhaustion> of(String message) {
        OptionalDouble asked = bytes(ASKED, message);
        OptionalDouble device = bytes(DEVICE, message);
        OptionalDouble allocated = bytes(ALLOCATED, message);
        OptionalDouble reserved = bytes(RESERVED, message);
        return asked.isPresent() && device.isPresent() && allocated.isPresent() && reserved.isPresent()
                ? Optional.of(new GpuExhaustion(
                        asked.getAsDouble(), device.getAsDouble(), allocated.getAsDouble() + reserved.getAsDouble()))
                : Optional.empty();
    }

    /** Whether this process would have filled the GPU by itself: else somebody else's memory was in the way. */
    boolean isOfThisProcess() {
        return held + asked >= (1 - OF_OTHERS_MAX) * device;
    }

    private static OptionalDouble bytes(Pattern pattern, String message) {
        Matcher found = pattern.matcher(message);
        return found.find()
                ? OptionalDouble.of(Double.parseDouble(found.group(1)) * unit(found.group(2)))
                : OptionalDouble.empty();
    }

    private static long unit(String name) {
        return switch (name) {
            case "KiB" -> 1L << 10;
            case "MiB" -> 1L << 20;
            case "GiB" -> 1L << 30;
            default -> 1;
        };
    }
}
