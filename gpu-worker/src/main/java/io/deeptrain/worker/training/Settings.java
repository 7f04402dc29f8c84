package io.deeptrain.worker.training;

import io.deeptrain.event.TrainingSpec;
import io.deeptrain.template.Hyperparameter;
import io.deeptrain.template.ModelType;
import io.deeptrain.template.TemplateCatalogue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The hyperparameters of one training by name: as asked for, or else the template's defaults. The front door has
 * checked their ranges.
 */
final class Settings {
    private final Map<String, Object> values = new TreeMap<>();

    private Settings(TrainingSpec spec) {
        TemplateCatalogue.modelType(spec.modelTypeId()).map(ModelType::templates).orElse(List.of()).stream()
                .filter(template -> template.id().equals(spec.template()))
                .flatMap(template -> template.hyperparameters().stream())
                .forEach(this::setDefault);
    }

    private void setDefault(Hyperparameter hyperparameter) {
        values.put(hyperparameter.name(), hyperparameter.defaultValue());
    }

    static Settings of(TrainingSpec spec) {
        Settings settings = ofTemplate(spec);
        settings.values.putAll(spec.hyperparameters());
        return settings;
    }

    /** What they are when nobody says. */
    static Settings ofTemplate(TrainingSpec spec) {
        return new Settings(spec);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    int whole(String name) {
        return Math.toIntExact(number(name).longValue());
    }

    int wholeOr(String name, int otherwise) {
        return has(name) ? whole(name) : otherwise;
    }

    double real(String name) {
        return number(name).doubleValue();
    }

    private Number number(String name) {
        return of(name, Number.class);
    }

    boolean flag(String name) {
        return of(name, Boolean.class);
    }

    String text(String name) {
        return of(name, String.class);
    }

    List<Integer> wholes(String name) {
        List<?> numbers = of(name, List.class);
        return numbers.stream().map(each -> ((Number) each).intValue()).toList();
    }

    List<Double> reals(String name) {
        List<?> numbers = of(name, List.class);
        return numbers.stream().map(each -> ((Number) each).doubleValue()).toList();
    }

    private <T> T of(String name, Class<T> type) {
        return Optional.ofNullable(values.get(name))
                .filter(type::isInstance)
                .map(type::cast)
                .orElseThrow(() -> new IllegalArgumentException(
                        "%s must be a %s: %s".formatted(name, type.getSimpleName(), values.get(name))));
    }
}
