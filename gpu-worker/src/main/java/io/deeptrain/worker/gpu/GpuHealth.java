package io.deeptrain.worker.gpu;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which of a worker's GPUs can be relied on. A GPU's place is its number in the order in which the worker sees them.
 */
public sealed interface GpuHealth {
    /** From here on a device slows itself down, and soon turns itself off. */
    int CELSIUS_MAX = 95;

    /** In the words of the program, which names the address of one that it does not reach. */
    Pattern LOST = Pattern.compile("Unable to determine the device handle for GPU ?([0-9a-fA-F]+:[0-9a-fA-F:.]+): ");

    /** All of them; so can what a worker has that has none. */
    record Healthy() implements GpuHealth {}

    /** Some of them: these places, and why the others cannot. */
    record PartlyBroken(List<Integer> usable, List<String> reasons) implements GpuHealth {
        public PartlyBroken {
            usable = List.copyOf(usable);
            reasons = List.copyOf(reasons);
            if (usable.isEmpty()) {
                throw new IllegalArgumentException("no GPU is left: " + reasons);
            }
        }
    }

    /** None of them, and why: sentences for the operator. */
    record Broken(List<String> reasons) implements GpuHealth {
        public Broken {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * Nobody can tell of each whether it can be relied on.
     *
     * @param lost places of those that surely cannot: they were there, and are not any more
     * @param reasons sentences for the operator
     */
    record Unknown(List<Integer> lost, List<String> reasons) implements GpuHealth {
        /** Of none it is sure. */
        public Unknown(List<String> reasons) {
            this(List.of(), reasons);
        }

        public Unknown {
            lost = List.copyOf(lost);
            reasons = List.copyOf(reasons);
        }
    }

    /** The first so many places that can be relied on: fewer if there are no more. */
    default List<Integer> places(int gpus) {
        return switch (this) {
            case Healthy() -> IntStream.range(0, gpus).boxed().toList();
            case PartlyBroken(var usable, var _) -> usable.stream().limit(gpus).toList();
            case Broken _, Unknown _ -> List.of();
        };
    }

    /** Whether all of these can be. */
    default boolean areUsable(List<Integer> places) {
        return switch (this) {
            case Healthy() -> true;
            case PartlyBroken(var usable, var _) -> usable.containsAll(places);
            case Broken _, Unknown _ -> false;
        };
    }

    /** Whether it is known that one of these is broken: a program that does not answer breaks no device. */
    default boolean breaks(List<Integer> places) {
        return switch (this) {
            case Healthy() -> false;
            case PartlyBroken(var usable, var _) -> !usable.containsAll(places);
            case Unknown(var lost, var _) -> places.stream().anyMatch(lost::contains);
            case Broken _ -> !places.isEmpty();
        };
    }

    /** Sentences for the operator; none if all is well. */
    default List<String> defects() {
        return switch (this) {
            case Healthy() -> List.of();
            case PartlyBroken(var _, var reasons) -> reasons;
            case Broken(var reasons) -> reasons;
            case Unknown(var _, var reasons) -> reasons;
        };
    }

    /**
     * What the readings and the driver's errors say together of the GPUs that a worker sees. As long as each of those
     * is there, a defect is that of one of them, or of another one of the machine, which is not its worker's affair;
     * else it may be that of any.
     *
     * @param all of the machine
     * @param errors since the machine was started
     * @param visible as {@link VisibleGpus#names} has them
     * @param before the worker's own, by place, when each of them was there last; empty if they never were
     */
    static GpuHealth of(List<GpuReading> all, List<XidError> errors, List<String> visible, List<GpuReading> before) {
        List<GpuReading> own = own(all, visible);
        if (own.isEmpty()) {
            List<GpuReading> missing = before.stream()
                    .filter(gpu -> all.stream().noneMatch(there -> there.uuid().equals(gpu.uuid())))
                    .toList();
            List<String> reasons = Stream.of(
                            all.stream().map(GpuHealth::defectsOf).flatMap(Collection::stream),
                            missing.stream()
                                    .map(gpu -> "GPU %d (%s) is not there any more".formatted(gpu.index(), gpu.uuid())),
                            broken(errors).map(XidError::told))
                    .flatMap(sentences -> sentences)
                    .toList();
            return reasons.isEmpty() ? new Healthy() : new Unknown(lost(before, errors, missing::contains), reasons);
        }
        List<Integer> usable = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (int place = 0; place < own.size(); place++) {
            GpuReading gpu = own.get(place);
            List<String> defects = Stream.concat(
                            defectsOf(gpu).stream(),
                            broken(errors)
                                    .filter(error -> gpu.isAt(error.device()))
                                    .map(XidError::told))
                    .toList();
            reasons.addAll(defects);
            if (defects.isEmpty()) {
                usable.add(place);
            }
        }
        if (reasons.isEmpty()) {
            return new Healthy();
        }
        return usable.isEmpty() ? new Broken(reasons) : new PartlyBroken(usable, reasons);
    }

    /**
     * What can be told when the program that reads them failed.
     *
     * @param failure in its words
     * @param before as above
     */
    static GpuHealth unread(String failure, List<XidError> errors, List<GpuReading> before) {
        List<String> named =
                LOST.matcher(failure).results().map(match -> match.group(1)).toList();
        List<String> reasons = Stream.concat(
                        Stream.of("nvidia-smi does not say how the GPUs are: " + failure),
                        broken(errors).map(XidError::told))
                .toList();
        return new Unknown(lost(before, errors, gpu -> named.stream().anyMatch(gpu::isAt)), reasons);
    }

    private static List<Integer> lost(List<GpuReading> before, List<XidError> errors, Predicate<GpuReading> isGone) {
        return IntStream.range(0, before.size())
                .filter(place -> isGone.test(before.get(place))
                        || broken(errors).anyMatch(error -> before.get(place).isAt(error.device())))
                .boxed()
                .toList();
    }

    /** Those of the machine that the worker sees, by place; none if not each is known to be another one. */
    static List<GpuReading> own(List<GpuReading> all, List<String> visible) {
        List<GpuReading> own = visible.stream()
                .flatMap(name -> all.stream().filter(gpu -> gpu.isCalled(name)).limit(1))
                .toList();
        return own.size() == visible.size() && own.stream().distinct().count() == own.size() ? own : List.of();
    }

    private static List<String> defectsOf(GpuReading gpu) {
        List<String> defects = new ArrayList<>();
        if (gpu.uncorrectedErrors() > 0) {
            defects.add("GPU %d (%s) has %d errors of its memory that could not be corrected"
                    .formatted(gpu.index(), gpu.uuid(), gpu.uncorrectedErrors()));
        }
        if (gpu.celsius() >= CELSIUS_MAX) {
            defects.add("GPU %d (%s) is at %d degrees Celsius, %d is too hot"
                    .formatted(gpu.index(), gpu.uuid(), gpu.celsius(), CELSIUS_MAX));
        }
        return defects;
    }

    private static Stream<XidError> broken(List<XidError> errors) {
        return errors.stream().filter(error -> error.kind() == XidClass.BROKEN).distinct();
    }
}
