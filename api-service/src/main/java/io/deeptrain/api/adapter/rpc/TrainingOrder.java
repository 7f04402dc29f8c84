package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.dataset.DatasetChoice;
import io.deeptrain.api.dataset.Evidence;
import io.deeptrain.api.hyperparameter.Hyperparameters;
import io.deeptrain.api.hyperparameter.Violation;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Dataset;
import io.deeptrain.contract.DatasetVersion;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.OutputInfo;
import io.deeptrain.contract.TrainInfo;
import io.deeptrain.event.CostCap;
import io.deeptrain.template.Hyperparameter;
import io.deeptrain.template.ModelType;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    private static final String TEMPLATE = "template";
    private static final String TOLERANCE = "invalid_data_tolerance_percent";
    private static final String MAX_COST = "max_cost_cents";
    private static final String SEED = "seed";
    private static final String EMBED_MODEL = "embed_model";

    /** What a transfer learning reads of the output's configuration. */
    private static final String MUTUALLY_EXCLUSIVE = "concepts_mutually_exclusive";

    private static final String DATASET_ID = "dataset_id";
    private static final String DATASET_VERSION_ID = "dataset_version_id";

    TrainingOrder {
        hyperparameters = Map.copyOf(hyperparameters);
        concepts = List.copyOf(concepts);
    }

    /** The model that makes the embeddings of a transfer learning; empty for that of the app's base workflow. */
    String embedModel() {
        return hyperparameters.getOrDefault(EMBED_MODEL, "").toString();
    }

    /** What it is in an input that this training learns from. */
    Evidence evidence() {
        return Evidence.of(modelTypeId);
    }

    /** @throws Refusal that lists everything that is wrong with the parameters */
    static TrainingOrder of(String modelTypeId, Model model, ModelVersion asked) {
        ModelType type = modelType(modelTypeId);
        Map<String, Object> params =
                new TreeMap<>(Values.read(model.getTrainInfo().getParams()));
        params.putAll(Values.read(asked.getTrainInfo().getParams()));
        DatasetChoice dataset = choice(
                params, model.getTrainInfo().getDataset(), asked.getTrainInfo().getDataset());
        Template template = template(type, params.remove(TEMPLATE), params);
        List<Hyperparameter> all = new ArrayList<>(template.hyperparameters());
        all.addAll(TemplateCatalogue.ofEveryTraining());
        Template whole = new Template(
                template.id(), template.aliases(), template.description(), all, template.runnable(), template.cost());
        Map<String, Object> complete = new TreeMap<>(complete(whole, params));
        OutputInfo output = asked.hasOutputInfo() ? asked.getOutputInfo() : model.getOutputInfo();
        if (output.getData().getConceptsCount() == 0) {
            output = output.toBuilder().setData(model.getOutputInfo().getData()).build();
        }
        List<String> concepts = List.copyOf(output.getData().getConceptsList().stream()
                .map(concept -> Ids.checked("output_info.data.concepts.id", concept.getId()))
                .collect(Collectors.toCollection(LinkedHashSet::new)));
        ModelVersion document = ModelVersion.newBuilder()
                .setDescription(asked.getDescription())
                .setTrainInfo(shown(dataset).setParams(struct(template.id(), complete)))
                .setOutputInfo(output)
                .setInputInfo(asked.hasInputInfo() ? asked.getInputInfo() : model.getInputInfo())
                .setActiveConceptCount(concepts.size())
                .build();
        if (modelTypeId.equals(TemplateCatalogue.EMBEDDING_CLASSIFIER)) {
            complete.put(MUTUALLY_EXCLUSIVE, output.getOutputConfig().getConceptsMutuallyExclusive());
        }
        int tolerance = Math.toIntExact(taken(complete, TOLERANCE));
        long maxCost = taken(complete, MAX_COST);
        long seed = taken(complete, SEED);
        return new TrainingOrder(
                modelTypeId,
                template,
                complete,
                concepts,
                dataset,
                tolerance,
                maxCost == 0 ? new CostCap.Unlimited() : new CostCap.AtMost(maxCost),
                seed,
                document);
    }

    static ModelType modelType(String id) {
        return TemplateCatalogue.modelType(id)
                .orElseThrow(() -> new Refusal(
                        StatusCode.MODEL_INVALID_ARGUMENT,
                        "model_type_id is '%s' but must be one of %s"
                                .formatted(
                                        id,
                                        TemplateCatalogue.modelTypes().stream()
                                                .map(ModelType::id)
                                                .collect(Collectors.joining(", ")))));
    }

    /** Refuses what no worker of this release trains. */
    void requireRunnable() {
        if (!template.runnable()) {
            List<String> runnable = TemplateCatalogue.modelTypes().stream()
                    .flatMap(type -> type.templates().stream())
                    .filter(Template::runnable)
                    .map(Template::id)
                    .toList();
            boolean untemplated = template.id().isEmpty();
            throw invalid(new Violation(
                    untemplated ? "model_type_id" : Hyperparameters.PATH + TEMPLATE,
                    untemplated ? modelTypeId : template.id(),
                    "%s that the workers of this release train: %s"
                            .formatted(untemplated ? "one with a template" : "one", String.join(", ", runnable)),
                    Optional.empty()));
        }
        if (concepts.isEmpty()) {
            throw new Refusal(
                    StatusCode.MODEL_TRAINING_NO_DATA,
                    "output_info.data.concepts is empty but must name at least one concept");
        }
    }

    private static Template template(ModelType type, @Nullable Object named, Map<String, Object> others) {
        Optional<Template> found = named == null || named.equals("")
                ? Optional.of(type.recommended())
                : Optional.of(named).map(Object::toString).flatMap(type::template);
        return found.orElseThrow(() -> {
            List<Violation> violations = new ArrayList<>();
            violations.add(new Violation(
                    Hyperparameters.PATH + TEMPLATE,
                    String.valueOf(named),
                    type.templates().isEmpty()
                            ? "left out, for %s has no templates".formatted(type.id())
                            : "one of "
                                    + type.templates().stream()
                                            .map(Template::id)
                                            .collect(Collectors.joining(", ")),
                    Optional.empty()));
            violations.addAll(Hyperparameters.whateverTheTemplate(type, TemplateCatalogue.ofEveryTraining(), others));
            return invalid(violations.toArray(new Violation[0]));
        });
    }

    private static Map<String, Object> complete(Template template, Map<String, Object> given) {
        return switch (Hyperparameters.of(template, given)) {
            case Hyperparameters.Complete(Map<String, Object> values) -> values;
            case Hyperparameters.Rejected(List<Violation> violations) ->
                throw invalid(violations.toArray(new Violation[0]));
        };
    }

    /** What the version says, over what the parameters say, over what the model says. */
    private static DatasetChoice choice(Map<String, Object> params, Dataset ofModel, Dataset ofVersion) {
        Object datasetId = params.remove(DATASET_ID);
        Object versionId = params.remove(DATASET_VERSION_ID);
        if (!ofVersion.equals(Dataset.getDefaultInstance())) {
            return choice(ofVersion);
        }
        return datasetId == null && versionId == null
                ? choice(ofModel)
                : DatasetChoice.of(
                        Objects.requireNonNullElse(datasetId, "").toString(),
                        Objects.requireNonNullElse(versionId, "").toString());
    }

    private static DatasetChoice choice(Dataset dataset) {
        return DatasetChoice.of(dataset.getId(), dataset.getVersion().getId());
    }

    private static TrainInfo.Builder shown(DatasetChoice choice) {
        TrainInfo.Builder info = TrainInfo.newBuilder();
        switch (choice) {
            case DatasetChoice.AllInputs() -> {}
            case DatasetChoice.Current(String id) -> info.getDatasetBuilder().setId(id);
            case DatasetChoice.OfVersion(var datasetId, String versionId) -> {
                datasetId.ifPresent(info.getDatasetBuilder()::setId);
                info.getDatasetBuilder().setVersion(DatasetVersion.newBuilder().setId(versionId));
            }
        }
        return info;
    }

    private static Refusal invalid(Violation... violations) {
        return new Refusal(
                StatusCode.MODEL_TRAINING_INVALID_PARAMS,
                List.of(violations).stream().map(Violation::message).collect(Collectors.joining("\n")));
    }

    private static long taken(Map<String, Object> values, String name) {
        return ((Number) Objects.requireNonNull(values.remove(name))).longValue();
    }

    private static Struct struct(String template, Map<String, Object> values) {
        Struct.Builder struct = Struct.newBuilder();
        if (!template.isEmpty()) {
            struct.putFields(TEMPLATE, Values.of(template));
        }
        values.forEach((name, value) -> struct.putFields(name, Values.of(value)));
        return struct.build();
    }
}
