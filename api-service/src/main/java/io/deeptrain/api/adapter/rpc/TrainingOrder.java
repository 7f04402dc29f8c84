package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.dataset.DatasetChoice;
import io.deeptrain.api.dataset.Evidence;
import io.deeptrain.api.estimate.TrainingEstimate;
import io.deeptrain.api.hyperparameter.Hyperparameters;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.event.ClassBalance;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a tenant wants trained, complete and legal: what the version says, over what the model says, over the template's
 * defaults.
 *
 * @param document the version as it is kept and shown
 */
record TrainingOrder(
        String modelTypeId,
        Template template,
        Map<String, Object> hyperparameters,
        List<String> concepts,
        DatasetChoice dataset,
        int invalidDataTolerancePercent,
        CostCap cap,
        long seed,
        ModelVersion document) {
    private static final String GPU_CLASS = "gpu_class";

    TrainingOrder {
        hyperparameters = Map.copyOf(hyperparameters);
        concepts = List.copyOf(concepts);
    }

    /** How many GPUs it is to have; where that is left to the platform, one. */
    int gpus() {
        return TrainingEstimate.gpus(hyperparameters);
    }

    /** Which GPUs it asks for. */
    EstimateCalls.Wanted wanted() {
        return new EstimateCalls.Wanted(gpus(), gpuClass(), gpuMilli());
    }

    private int gpuMilli() {
        return hyperparameters.get(Hyperparameters.GPU_FRACTION) instanceof Double fraction
                ? GpuShare.milli(fraction)
                : GpuShare.WHOLE;
    }

    private Optional<String> gpuClass() {
        return hyperparameters.get(GPU_CLASS) instanceof String name ? Optional.of(name) : Optional.empty();
    }

    /** What it is in an input that this training learns from. */
    Evidence evidence() {
        return Evidence.of(modelTypeId);
    }

    /** What the tenant should know before anything is spent. */
    List<String> warnings(List<ManifestEntry> entries) {
        return Stream.of(
                        nothingToLearn(),
                        ClassBalance.of(entries, concepts, learnsFromImagesOfNone())
                                .warning())
                .flatMap(Optional::stream)
                .toList();
    }

    /** Of one concept that must be said of each image, it is always said. */
    private Optional<String> nothingToLearn() {
        if (concepts.size() != 1 || evidence() != Evidence.IMAGE_LABELS || !Exclusivity.of(modelTypeId, document)) {
            return Optional.empty();
        }
        String remedy = Exclusivity.inWords(modelTypeId, template)
                .map(words -> "set %s, or add a concept".formatted(words))
                .orElse("add a concept");
        return Optional.of("Nothing to learn: of each image exactly one concept is said, and '%s' is the only one: %s"
                .formatted(concepts.getFirst(), remedy));
    }

    /** Transfer learning may add images of nothing itself, and detectors see what is nothing in each image. */
    private boolean learnsFromImagesOfNone() {
        return evidence() == Evidence.IMAGE_LABELS
                && !modelTypeId.equals(TemplateCatalogue.EMBEDDING_CLASSIFIER)
                && !Exclusivity.of(modelTypeId, document);
    }
}
