package io.deeptrain.api.hyperparameter;

import io.deeptrain.api.violation.Violation;
import io.deeptrain.event.GpuShare;
import io.deeptrain.template.Hyperparameter;
import io.deeptrain.template.ModelType;
import io.deeptrain.template.Template;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a tenant asked for, filled up with the template's defaults; or everything that is wrong with it, at once. */
public sealed interface Hyperparameters {
    String PATH = "train_info.params.";

    /** The part of a GPU that a training runs on. */
    String GPU_FRACTION = "gpu_fraction";

    /** Up to here a double is exact to the unit. */
    double WHOLE_MAX = 1L << 53;

    /** Every hyperparameter of the template by its name. */
    record Complete(Map<String, Object> values) implements Hyperparameters {
        public Complete {
            values = Collections.unmodifiableMap(new TreeMap<>(values));
        }
    }

    record Rejected(List<Violation> violations) implements Hyperparameters {
        public Rejected {
            violations = List.copyOf(violations);
        }
    }

    /** Nothing is silently clamped or ignored: an illegal value and an unknown name are both violations. */
    static Hyperparameters of(Template template, Map<String, Object> given) {
        Map<String, Object> values = new TreeMap<>();
        for (Hyperparameter hyperparameter : template.hyperparameters()) {
            values.put(hyperparameter.name(), hyperparameter.defaultValue());
        }
        List<Violation> violations = new ArrayList<>();
        for (Map.Entry<String, Object> entry : new TreeMap<>(given).entrySet()) {
            Optional<Hyperparameter> known = template.hyperparameter(entry.getKey());
            if (known.isEmpty()) {
                violations.add(unknown(template, entry.getKey(), entry.getValue()));
                continue;
            }
            Optional<Object> legal = known.get().domain().legal(entry.getValue());
            if (legal.isPresent()) {
                values.put(entry.getKey(), legal.get());
            } else {
                violations.add(illegal(known.get(), entry.getValue()));
            }
        }
        tooManyAtLeast(values).ifPresent(violations::add);
        fractionOfSeveral(values).ifPresent(violations::add);
        return violations.isEmpty() ? new Complete(values) : new Rejected(violations);
    }

    /** A training cannot need more GPUs than it is to have. */
    private static Optional<Violation> tooManyAtLeast(Map<String, Object> values) {
        if (values.get("min_num_gpus") instanceof Long least && values.get("num_gpus") instanceof Long asked) {
            long most = Math.max(1, asked);
            if (least > most) {
                return Optional.of(new Violation(
                        PATH + "min_num_gpus",
                        String.valueOf(least),
                        "at most num_gpus, which is %d".formatted(most),
                        Optional.of(most)));
            }
        }
        return Optional.empty();
    }

    /** A slice is of one GPU, and as large as thousandths can say. */
    private static Optional<Violation> fractionOfSeveral(Map<String, Object> values) {
        if (!(values.get(GPU_FRACTION) instanceof Double fraction)) {
            return Optional.empty();
        }
        double rounded = (double) GpuShare.milli(fraction) / GpuShare.WHOLE;
        if (fraction != rounded) {
            return Optional.of(new Violation(
                    PATH + GPU_FRACTION, shown(fraction), "a multiple of 0.001 up to 1", Optional.of(rounded)));
        }
        return fraction < 1 && values.get("num_gpus") instanceof Long gpus && gpus > 1
                ? Optional.of(new Violation(
                        PATH + GPU_FRACTION,
                        shown(fraction),
                        "1 with num_gpus above 1, which is %d".formatted(gpus),
                        Optional.of(1.0)))
                : Optional.empty();
    }

    /**
     * What is wrong with the hyperparameters of a training whose template nobody knows: what no template of the type
     * has, and values that none of those that have it allows.
     *
     * @param ofEvery what trainings have whatever their template
     */
    static List<Violation> whateverTheTemplate(
            ModelType type, List<Hyperparameter> ofEvery, Map<String, Object> given) {
        List<Violation> violations = new ArrayList<>();
        for (Map.Entry<String, Object> entry : new TreeMap<>(given).entrySet()) {
            List<Hyperparameter> known = Stream.concat(
                            type.templates().stream().flatMap(template -> template.hyperparameters().stream()),
                            ofEvery.stream())
                    .filter(hyperparameter -> hyperparameter.name().equals(entry.getKey()))
                    .toList();
            if (known.isEmpty()) {
                violations.add(new Violation(
                        PATH + entry.getKey(),
                        shown(entry.getValue()),
                        "left out, for no template of %s has it".formatted(type.id()),
                        Optional.empty()));
            } else if (known.stream()
                    .noneMatch(hyperparameter ->
                            hyperparameter.domain().legal(entry.getValue()).isPresent())) {
                violations.add(illegal(known.getFirst(), entry.getValue()));
            }
        }
        return List.copyOf(violations);
    }

    /** As it was given: JSON's numbers arrive as fractions. */
    private static String shown(Object value) {
        return switch (value) {
            case Double number
            when number == Math.rint(number) && Math.abs(number) < WHOLE_MAX -> String.valueOf(number.longValue());
            case List<?> list -> list.stream().map(Hyperparameters::shown).collect(Collectors.joining(", ", "[", "]"));
            default -> String.valueOf(value);
        };
    }

    private static Violation illegal(Hyperparameter hyperparameter, Object value) {
        return new Violation(
                PATH + hyperparameter.name(),
                shown(value),
                hyperparameter.domain().words(),
                hyperparameter.domain().nearest(value));
    }

    private static Violation unknown(Template template, String name, Object value) {
        List<String> names = template.hyperparameters().stream()
                .map(Hyperparameter::name)
                .sorted()
                .toList();
        return new Violation(
                PATH + name,
                shown(value),
                "left out, for %s has only %s".formatted(template.id(), String.join(", ", names)),
                Optional.empty());
    }
}
