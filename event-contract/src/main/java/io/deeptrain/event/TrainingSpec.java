package io.deeptrain.event;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is to be trained, complete: whoever holds it needs nothing else but the objects that it names.
 *
 * @param hyperparameters every hyperparameter of the template, the defaults filled in; a value is a {@code String},
 *     {@code Boolean}, {@code Long} or {@code Double}, or a list of {@code Double}
 * @param concepts the classes, in the order of the model's outputs
 * @param manifest the frozen dataset, see {@link io.deeptrain.event.ManifestEntry}
 * @param invalidDataTolerancePercent 0 to 100: training fails when a larger share of the inputs cannot be read
 * @param gpus how many GPUs an attempt gets at most, all together; those of an assignment are those that it has got
 */
public record TrainingSpec(
        String modelTypeId,
        String template,
        Map<String, Object> hyperparameters,
        List<String> concepts,
        StoredObject manifest,
        long inputCount,
        int invalidDataTolerancePercent,
        int gpus,
        long seed) {
    private static final String GPUS_MIN = "min_num_gpus";
    private static final String GPU_CLASS = "gpu_class";
    private static final String GPU_FRACTION = "gpu_fraction";
    private static final String BASE_MODEL_KEY = "base_model_key";
    private static final String BASE_MODEL_SHA256 = "base_model_sha256";
    private static final String BASE_MODEL_SIZE = "base_model_size_bytes";

    public TrainingSpec {
        hyperparameters = Collections.unmodifiableMap(new TreeMap<>(hyperparameters));
        hyperparameters.forEach(TrainingSpec::requireHyperparameter);
        concepts = List.copyOf(concepts);
        if (concepts.isEmpty()) {
            throw new IllegalArgumentException("a training needs at least one concept");
        }
        if (inputCount < 1) {
            throw new IllegalArgumentException("a training needs at least one input: " + inputCount);
        }
        if (invalidDataTolerancePercent < 0 || invalidDataTolerancePercent > 100) {
            throw new IllegalArgumentException(
                    "invalid data tolerance must be 0 to 100 percent: " + invalidDataTolerancePercent);
        }
        if (gpus < 1) {
            throw new IllegalArgumentException("a training needs at least one GPU: " + gpus);
        }
    }

    /** On how few GPUs it may run: on fewer than {@code gpus} only if the tenant has said so. */
    public int gpusMin() {
        return hyperparameters.get(GPUS_MIN) instanceof Long least && least >= 1 ? (int) Math.min(least, gpus) : gpus;
    }

    /** On which GPUs it runs, as workers' beats name their class; empty if on any. */
    public Optional<String> gpuClass() {
        return hyperparameters.get(GPU_CLASS) instanceof String name && !name.isBlank()
                ? Optional.of(name.strip())
                : Optional.empty();
    }

    /** Thousandths of a GPU that it asks for: fewer than 1000 for a slice, which is then the only one it has. */
    public int gpuMilli() {
        return gpus == 1 && hyperparameters.get(GPU_FRACTION) instanceof Double fraction && fraction > 0 && fraction < 1
                ? GpuShare.milli(fraction)
                : GpuShare.WHOLE;
    }

    /** The same on so many GPUs. */
    public TrainingSpec withGpus(int granted) {
        return new TrainingSpec(
                modelTypeId,
                template,
                hyperparameters,
                concepts,
                manifest,
                inputCount,
                invalidDataTolerancePercent,
                granted,
                seed);
    }

    /** The model whose embeddings a transfer learning begins with, as {@link #withBaseModel} keeps it. */
    public Optional<StoredObject> baseModel() {
        return hyperparameters.get(BASE_MODEL_KEY) instanceof String key
                        && hyperparameters.get(BASE_MODEL_SHA256) instanceof String sha256
                        && hyperparameters.get(BASE_MODEL_SIZE) instanceof Long sizeBytes
                ? Optional.of(new StoredObject(key, sha256, sizeBytes))
                : Optional.empty();
    }

    /** Hyperparameters with the model that is to make the embeddings: older readers pass them on as they are. */
    public static Map<String, Object> withBaseModel(Map<String, Object> hyperparameters, StoredObject base) {
        Map<String, Object> with = new TreeMap<>(hyperparameters);
        with.put(BASE_MODEL_KEY, base.key());
        with.put(BASE_MODEL_SHA256, base.sha256());
        with.put(BASE_MODEL_SIZE, base.sizeBytes());
        return with;
    }

    private static void requireHyperparameter(String name, Object value) {
        boolean known = switch (value) {
            case String _, Boolean _, Long _ -> true;
            case Double number -> Double.isFinite(number);
            case List<?> numbers ->
                numbers.stream().allMatch(each -> each instanceof Double number && Double.isFinite(number));
            default -> false;
        };
        if (!known) {
            throw new IllegalArgumentException(
                    "hyperparameter %s must be a text, a truth value, a finite number or a list of those: %s"
                            .formatted(name, value));
        }
    }
}
