package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.hyperparameter.Hyperparameters;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.template.Domain;
import io.deeptrain.api.template.Hyperparameter;
import io.deeptrain.api.template.Template;
import io.deeptrain.api.template.TemplateCatalogue;
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
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Calls about model types: the template catalogue in the shape in which clients look for it. */
@ApplicationScoped
class ModelTypeCalls {
    private static final String EMBEDDER = "visual-embedder";

    void addTo(RpcTable.Builder table) {
        table.answer("ListModelTypes", ListModelTypesRequest.class, ModelTypeCalls::list)
                .answer("GetModelType", GetModelTypeRequest.class, ModelTypeCalls::get);
    }

    private static MultiModelTypeResponse list(Caller caller, ListModelTypesRequest request) {
        Page page = Page.of(request.getPage(), request.getPerPage());
        return MultiModelTypeResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllModelTypes(TemplateCatalogue.modelTypes().stream()
                        .skip(page.offset())
                        .limit(page.size())
                        .map(ModelTypeCalls::message)
                        .toList())
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

    private static ModelType message(io.deeptrain.api.template.ModelType type) {
        ModelTypeField.Builder templates = ModelTypeField.newBuilder()
                .setPath(Hyperparameters.PATH + "template")
                .setFieldType(ModelTypeFieldType.ENUM)
                .setDescription("Architecture and hyperparameters to train with.")
                .setPlaceholder("template")
                .setRequired(true);
        type.recommended().ifPresent(template -> templates.setDefaultValue(text(template.id())));
        for (Template template : type.templates()) {
            templates.addModelTypeEnumOptions(
                    option(template, type.recommended().filter(template::equals).isPresent()));
        }
        return ModelType.newBuilder()
                .setId(type.id())
                .setTitle(type.title())
                .setDescription(type.description())
                .addInputFields("image")
                .addAllOutputFields(outputFields(type.id()))
                .setTrainable(true)
                .setCreatable(true)
                .addModelTypeFields(ModelTypeField.newBuilder()
                        .setPath("output_info.data.concepts")
                        .setFieldType(ModelTypeFieldType.ARRAY_OF_CONCEPTS)
                        .setDescription("The concepts that the model tells apart.")
                        .setPlaceholder("concepts")
                        .setRequired(true))
                .addModelTypeFields(templates)
                .build();
    }

    private static List<String> outputFields(String modelTypeId) {
        return switch (modelTypeId) {
            case EMBEDDER -> List.of("embeddings");
            case "visual-detector" -> List.of("regions[...].data.concepts");
            default -> List.of("concepts");
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

    private static ModelTypeField field(Hyperparameter hyperparameter) {
        ModelTypeField.Builder field = ModelTypeField.newBuilder()
                .setPath(Hyperparameters.PATH + hyperparameter.name())
                .setDescription(hyperparameter.description())
                .setPlaceholder(hyperparameter.name())
                .setDefaultValue(value(hyperparameter.defaultValue()));
        switch (hyperparameter.domain()) {
            case Domain.WholeNumber(long min, long max, long step) ->
                field.setFieldType(ModelTypeFieldType.RANGE)
                        .setModelTypeRangeInfo(ModelTypeRangeInfo.newBuilder()
                                .setMin((float) min)
                                .setMax((float) max)
                                .setStep((float) step));
            case Domain.RealNumber(double min, double max) ->
                field.setFieldType(ModelTypeFieldType.NUMBER)
                        .setModelTypeRangeInfo(ModelTypeRangeInfo.newBuilder()
                                .setMin((float) min)
                                .setMax((float) max));
            case Domain.Flag() -> field.setFieldType(ModelTypeFieldType.BOOLEAN);
            case Domain.Choice(List<String> options) -> {
                field.setFieldType(ModelTypeFieldType.ENUM);
                options.forEach(option -> field.addModelTypeEnumOptions(
                        ModelTypeEnumOption.newBuilder().setId(option)));
            }
        }
        return field.build();
    }

    private static Value value(Object value) {
        return switch (value) {
            case Boolean flag -> Value.newBuilder().setBoolValue(flag).build();
            case Number number ->
                Value.newBuilder().setNumberValue(number.doubleValue()).build();
            default -> text(value.toString());
        };
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}
