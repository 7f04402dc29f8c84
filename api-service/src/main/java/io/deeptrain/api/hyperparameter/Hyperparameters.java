package io.deeptrain.api.hyperparameter;

import io.deeptrain.template.Hyperparameter;
import io.deeptrain.template.Template;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a tenant asked for, filled up with the template's defaults; or everything that is wrong with it, at once. */
public sealed interface Hyperparameters {
    String PATH = "train_info.params.";

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
        return violations.isEmpty() ? new Complete(values) : new Rejected(violations);
    }

    private static Violation illegal(Hyperparameter hyperparameter, Object value) {
        return new Violation(
                PATH + hyperparameter.name(),
                String.valueOf(value),
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
                String.valueOf(value),
                "left out, for %s has only %s".formatted(template.id(), String.join(", ", names)),
                Optional.empty());
    }
}
