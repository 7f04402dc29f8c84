package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.dataset.DatasetChoice;
import io.deeptrain.api.dataset.Evidence;
import io.deeptrain.api.hyperparameter.Hyperparameters;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Fault;
import io.deeptrain.api.violation.Violation;
import io.deeptrain.contract.Concept;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant wants trained, as far as it can be understood, and everything that is wrong with it.
 *
 * @param embedModel what the parameters name; empty if nothing
 * @param order nothing if the type, the template or a parameter is not legal
 */
record TrainingDraft(
        String modelTypeId,
        List<String> concepts,
        DatasetChoice dataset,
        String embedModel,
        Optional<TrainingOrder> order,
        List<Fault> faults) {
    private static final String TEMPLATE = "template";
    private static final String TOLERANCE = "invalid_data_tolerance_percent";
    private static final String MAX_COST = "max_cost_cents";
    private static final String SEED = "seed";
    private static final String GPU_CLASS = "gpu_class";
    private static final String EMBED_MODEL = "embed_model";
    static final String EMBED_MODEL_PATH = Hyperparameters.PATH + EMBED_MODEL;
    private static final String DATASET_ID = "dataset_id";
    private static final String DATASET_VERSION_ID = "dataset_version_id";
    static final String CONCEPTS = "output_info.data.concepts";

    /** What a transfer learning reads of the output's configuration. */
    private static final String MUTUALLY_EXCLUSIVE = "concepts_mutually_exclusive";

    TrainingDraft {
        concepts = List.copyOf(concepts);
        faults = List.copyOf(faults);
    }

    static TrainingDraft of(String modelTypeId, Model model, ModelVersion asked) {
        List<Fault> faults = new ArrayList<>();
        Map<String, Object> params =
                new TreeMap<>(Values.read(model.getTrainInfo().getParams()));
        params.putAll(Values.read(asked.getTrainInfo().getParams()));
        DatasetChoice dataset = choice(
                params, model.getTrainInfo().getDataset(), asked.getTrainInfo().getDataset());
        String embedModel = params.getOrDefault(EMBED_MODEL, "").toString();
        OutputInfo output = asked.hasOutputInfo() ? asked.getOutputInfo() : model.getOutputInfo();
        if (output.getData().getConceptsCount() == 0) {
            output = output.toBuilder().setData(model.getOutputInfo().getData()).build();
        }
        Set<String> concepts = new LinkedHashSet<>();
        for (int i = 0; i < output.getData().getConceptsCount(); i++) {
            Concept concept = output.getData().getConcepts(i);
            Ids.fault("%s[%d].id".formatted(CONCEPTS, i), concept.getId())
                    .ifPresentOrElse(faults::add, () -> concepts.add(concept.getId()));
        }
        addAll(faults, OutputSettings.violations("output_info.output_config", output.getOutputConfig()));
        List<String> distinct = List.copyOf(concepts);
        Optional<TrainingOrder> order = Optional.empty();
        Optional<ModelType> type = TemplateCatalogue.modelType(modelTypeId);
        if (type.isEmpty()) {
            faults.addFirst(unknownType(modelTypeId));
        } else {
            Optional<Template> template = template(type.get(), params, faults);
            Optional<Map<String, Object>> values =
                    template.flatMap(known -> complete(withWhatEveryTrainingHas(known), params, faults));
            if (template.isPresent() && values.isPresent()) {
                ModelVersion document = ModelVersion.newBuilder()
                        .setDescription(asked.getDescription())
                        .setTrainInfo(
                                shown(dataset).setParams(struct(template.get().id(), values.get())))
                        .setOutputInfo(output)
                        .setInputInfo(asked.hasInputInfo() ? asked.getInputInfo() : model.getInputInfo())
                        .setActiveConceptCount(distinct.size())
                        .build();
                order = Optional.of(order(modelTypeId, template.get(), values.get(), distinct, dataset, document));
            }
        }
        return new TrainingDraft(modelTypeId, distinct, dataset, embedModel, order, faults);
    }

    private static TrainingOrder order(
            String modelTypeId,
            Template template,
            Map<String, Object> values,
            List<String> concepts,
            DatasetChoice dataset,
            ModelVersion document) {
        Map<String, Object> hyperparameters = new TreeMap<>(values);
        if (modelTypeId.equals(TemplateCatalogue.EMBEDDING_CLASSIFIER)) {
            hyperparameters.put(
                    MUTUALLY_EXCLUSIVE,
                    document.getOutputInfo().getOutputConfig().getConceptsMutuallyExclusive());
        }
        int tolerance = Math.toIntExact(taken(hyperparameters, TOLERANCE));
        long maxCost = taken(hyperparameters, MAX_COST);
        long seed = taken(hyperparameters, SEED);
        if (Objects.requireNonNull(hyperparameters.get(GPU_CLASS)).toString().isBlank()) {
            hyperparameters.remove(GPU_CLASS);
        }
        hyperparameters.remove(Hyperparameters.GPU_FRACTION, 1.0);
        return new TrainingOrder(
                modelTypeId,
                template,
                hyperparameters,
                concepts,
                dataset,
                tolerance,
                maxCost == 0 ? new CostCap.Unlimited() : new CostCap.AtMost(maxCost),
                seed,
                document);
    }

    /** What it is in an input that this training learns from. */
    Evidence evidence() {
        return Evidence.of(modelTypeId);
    }

    /** The same with more that is wrong. */
    TrainingDraft with(List<Fault> more) {
        List<Fault> all = new ArrayList<>(faults);
        all.addAll(more);
        return new TrainingDraft(modelTypeId, concepts, dataset, embedModel, order, all);
    }

    /** @throws Refusal that lists everything that is wrong */
    TrainingOrder complete() {
        if (!faults.isEmpty()) {
            throw new Refusal(
                    Fault.statusOf(faults, StatusCode.MODEL_TRAINING_INVALID_PARAMS), Fault.violations(faults));
        }
        return order.orElseThrow(() -> new IllegalStateException("nothing is wrong but there is no order: " + this));
    }

    /** The same with what keeps this release from training it: a template that no worker trains, or no concept. */
    TrainingDraft toTrain() {
        List<Fault> more = new ArrayList<>();
        order.map(TrainingOrder::template)
                .filter(template -> !template.runnable())
                .ifPresent(template -> more.add(unrunnable(template)));
        if (concepts.isEmpty() && !isWrongAbout(CONCEPTS)) {
            more.add(Fault.of(StatusCode.MODEL_TRAINING_NO_DATA, CONCEPTS, "empty", "at least one concept"));
        }
        return with(more);
    }

    /** Whether something is wrong with a field, or in it. */
    boolean isWrongAbout(String field) {
        return faults.stream().anyMatch(fault -> fault.violation().field().startsWith(field));
    }

    private Fault unrunnable(Template template) {
        boolean untemplated = template.id().isEmpty();
        return Fault.of(
                StatusCode.MODEL_TRAINING_INVALID_PARAMS,
                untemplated ? "model_type_id" : Hyperparameters.PATH + TEMPLATE,
                untemplated ? modelTypeId : template.id(),
                "%s that the workers of this release train: %s"
                        .formatted(
                                untemplated ? "one with a template" : "one",
                                TemplateCatalogue.modelTypes().stream()
                                        .flatMap(type -> type.templates().stream())
                                        .filter(Template::runnable)
                                        .map(Template::id)
                                        .collect(Collectors.joining(", "))));
    }

    private static Fault unknownType(String id) {
        return Fault.of(
                StatusCode.MODEL_INVALID_ARGUMENT,
                "model_type_id",
                "'%s'".formatted(id),
                "one of "
                        + TemplateCatalogue.modelTypes().stream()
                                .map(ModelType::id)
                                .collect(Collectors.joining(", ")));
    }

    /** Takes the template out of the parameters. What else is wrong with them is said beside an unknown one. */
    private static Optional<Template> template(ModelType type, Map<String, Object> params, List<Fault> faults) {
        @Nullable Object named = params.remove(TEMPLATE);
        Optional<Template> found = named == null || named.equals("")
                ? Optional.of(type.recommended())
                : Optional.of(named).map(Object::toString).flatMap(type::template);
        if (found.isEmpty()) {
            faults.add(Fault.of(
                    StatusCode.MODEL_TRAINING_INVALID_PARAMS,
                    Hyperparameters.PATH + TEMPLATE,
                    String.valueOf(named),
                    type.templates().isEmpty()
                            ? "left out, for %s has no templates".formatted(type.id())
                            : "one of "
                                    + type.templates().stream()
                                            .map(Template::id)
                                            .collect(Collectors.joining(", "))));
            addAll(faults, Hyperparameters.whateverTheTemplate(type, TemplateCatalogue.ofEveryTraining(), params));
        }
        return found;
    }

    private static Template withWhatEveryTrainingHas(Template template) {
        List<Hyperparameter> all = new ArrayList<>(template.hyperparameters());
        all.addAll(TemplateCatalogue.ofEveryTraining());
        return new Template(
                template.id(), template.aliases(), template.description(), all, template.runnable(), template.cost());
    }

    private static Optional<Map<String, Object>> complete(
            Template template, Map<String, Object> given, List<Fault> faults) {
        return switch (Hyperparameters.of(template, given)) {
            case Hyperparameters.Complete(Map<String, Object> values) -> Optional.of(values);
            case Hyperparameters.Rejected(List<Violation> violations) -> {
                addAll(faults, violations);
                yield Optional.empty();
            }
        };
    }

    private static void addAll(List<Fault> faults, List<Violation> violations) {
        violations.forEach(violation -> faults.add(new Fault(StatusCode.MODEL_TRAINING_INVALID_PARAMS, violation)));
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
