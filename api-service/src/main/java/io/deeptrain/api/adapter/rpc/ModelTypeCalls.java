package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Slice;
import io.deeptrain.api.hyperparameter.Hyperparameters;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.EvaluationType;
import io.deeptrain.contract.GetModelTypeRequest;
import io.deeptrain.contract.ListModelTypesRequest;
import io.deeptrain.contract.ModelType;
import io.deeptrain.contract.ModelTypeEnumOption;
import io.deeptrain.contract.ModelTypeEnumOptionAlias;
import io.deeptrain.contract.ModelTypeField;
import io.deeptrain.contract.ModelTypeField.ModelTypeFieldType;
import io.deeptrain.contract.ModelTypeRangeInfo;
import io.deeptrain.contract.MultiModelTypeResponse;
import io.deeptrain.contract.SingleModelTypeResponse;
import io.deeptrain.template.Domain;
import io.deeptrain.template.Hyperparameter;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.template.TypeField;
import io.deeptrain.template.TypeField.Kind;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Calls about model types: the template catalogue in the shape in which clients look for it. */
@ApplicationScoped
class ModelTypeCalls {
    void addTo(RpcTable.Builder table) {
        table.answer("ListModelTypes", ListModelTypesRequest.class, ModelTypeCalls::list)
                .answer("GetModelType", GetModelTypeRequest.class, ModelTypeCalls::get);
    }

    private static MultiModelTypeResponse list(Caller caller, ListModelTypesRequest request) {
        Page page = Page.ofFixed(caller, request.getPage(), request.getPerPage());
        List<io.deeptrain.template.ModelType> types = Slice.ofFixed(
                        TemplateCatalogue.modelTypes().stream()
                                .skip(page.offset())
                                .limit(page.size())
                                .toList(),
                        page)
                .shownTo(caller);
        return MultiModelTypeResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllModelTypes(types.stream().map(ModelTypeCalls::message).toList())
                .build();
    }

    private static SingleModelTypeResponse get(Caller caller, GetModelTypeRequest request) {
        return SingleModelTypeResponse.newBuilder()
                .setStatus(Answers.ok())
                .setModelType(TemplateCatalogue.modelType(request.getModelTypeId())
                        .map(ModelTypeCalls::message)
                        .orElseThrow(() -> new Refusal(
                                StatusCode.DOES_NOT_EXIST,
                                "Model type '%s' does not exist".formatted(request.getModelTypeId()))))
                .build();
    }

    private static ModelType message(io.deeptrain.template.ModelType type) {
        ModelType.Builder message = ModelType.newBuilder()
                .setId(type.id())
                .setTitle(type.title())
                .setDescription(type.description())
                .addInputFields(type.id().equals(TemplateCatalogue.EMBEDDING_CLASSIFIER) ? "embeddings" : "image")
                .addAllOutputFields(outputFields(type.id()))
                .setTrainable(true)
                .setCreatable(true)
                .setEvaluationType(evaluationType(type.id()));
        type.fields().forEach(field -> message.addModelTypeFields(field(field)));
        if (!type.templates().isEmpty()) {
            message.addModelTypeFields(templates(type));
        }
        return message.build();
    }

    private static ModelTypeField templates(io.deeptrain.template.ModelType type) {
        ModelTypeField.Builder templates = ModelTypeField.newBuilder()
                .setPath(Hyperparameters.PATH + "template")
                .setFieldType(ModelTypeFieldType.ENUM)
                .setDescription("Architecture and hyperparameters to train with.")
                .setPlaceholder("template")
                .setRequired(true)
                .setDefaultValue(Values.of(type.recommended().id()));
        for (Template template : type.templates()) {
            templates.addModelTypeEnumOptions(
                    option(template, type.recommended().equals(template)));
        }
        return templates.build();
    }

    private static List<String> outputFields(String modelTypeId) {
        return switch (modelTypeId) {
            case TemplateCatalogue.VISUAL_EMBEDDER -> List.of("embeddings");
            case TemplateCatalogue.VISUAL_DETECTOR -> List.of("regions[...].data.concepts");
            default -> List.of("concepts");
        };
    }

    private static EvaluationType evaluationType(String modelTypeId) {
        return switch (modelTypeId) {
            case TemplateCatalogue.VISUAL_EMBEDDER -> EvaluationType.Undefined;
            case TemplateCatalogue.VISUAL_DETECTOR -> EvaluationType.Detection;
            default -> EvaluationType.Classification;
        };
    }

    private static ModelTypeEnumOption option(Template template, boolean recommended) {
        return ModelTypeEnumOption.newBuilder()
                .setId(template.id())
                .setDescription(
                        template.runnable()
                                ? template.description()
                                : template.description() + " Not trained by the workers of this release.")
                .addAllModelTypeFields(template.hyperparameters().stream()
                        .map(ModelTypeCalls::field)
                        .toList())
                .addAllAliases(template.aliases().stream()
                        .map(alias -> ModelTypeEnumOptionAlias.newBuilder()
                                .setWildcardString(alias)
                                .build())
                        .toList())
                .setRecommended(recommended)
                .build();
    }

    private static ModelTypeField field(TypeField typeField) {
        ModelTypeField.Builder field = ModelTypeField.newBuilder()
                .setPath(typeField.path())
                .setDescription(typeField.description())
                .setPlaceholder(typeField.name())
                .setRequired(typeField.required())
                .setDefaultValue(Values.of(typeField.defaultValue()));
        switch (typeField.kind()) {
            case Kind.Setting(Domain domain) -> offer(field, domain);
            case Kind.Concepts() -> field.setFieldType(ModelTypeFieldType.ARRAY_OF_CONCEPTS);
            case Kind.DatasetId() -> field.setFieldType(ModelTypeFieldType.DATASET_ID);
            case Kind.DatasetVersionId() -> field.setFieldType(ModelTypeFieldType.DATASET_VERSION_ID);
            case Kind.EmbedModel() -> field.setFieldType(ModelTypeFieldType.WORKFLOW_EMBED_MODELS);
        }
        return field.build();
    }

    private static ModelTypeField field(Hyperparameter hyperparameter) {
        ModelTypeField.Builder field = ModelTypeField.newBuilder()
                .setPath(Hyperparameters.PATH + hyperparameter.name())
                .setDescription(hyperparameter.description())
                .setPlaceholder(hyperparameter.name())
                .setDefaultValue(Values.of(hyperparameter.defaultValue()));
        offer(field, hyperparameter.domain());
        return field.build();
    }

    private static void offer(ModelTypeField.Builder field, Domain domain) {
        switch (domain) {
            case Domain.WholeNumber(long min, long max, long step) ->
                field.setFieldType(ModelTypeFieldType.RANGE)
                        .setModelTypeRangeInfo(ModelTypeRangeInfo.newBuilder()
                                .setMin((float) min)
                                .setMax((float) max)
                                .setStep((float) step));
            case Domain.RealNumber(double min, double max) ->
                field.setFieldType(ModelTypeFieldType.NUMBER).setModelTypeRangeInfo(range(min, max));
            case Domain.Flag() -> field.setFieldType(ModelTypeFieldType.BOOLEAN);
            case Domain.Choice(List<String> options) -> {
                field.setFieldType(ModelTypeFieldType.ENUM);
                options.forEach(option -> field.addModelTypeEnumOptions(
                        ModelTypeEnumOption.newBuilder().setId(option)));
            }
            case Domain.Numbers(int _, double min, double max) ->
                field.setFieldType(ModelTypeFieldType.ARRAY_OF_NUMBERS).setModelTypeRangeInfo(range(min, max));
            case Domain.Text(int _) -> field.setFieldType(ModelTypeFieldType.STRING);
        }
    }

    private static ModelTypeRangeInfo range(double min, double max) {
        return ModelTypeRangeInfo.newBuilder()
                .setMin((float) min)
                .setMax((float) max)
                .build();
    }
}
