package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.OutputInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What becomes of a model's or a version's document when a tenant patches it. What a patch leaves out stays. */
final class ModelPatch {
    private ModelPatch() {}

    static Model applied(Model known, PatchAction action, Model patch) {
        Model.Builder next = known.toBuilder()
                .setName(text(known.getName(), action, patch.getName()))
                .setDescription(text(known.getDescription(), action, patch.getDescription()))
                .setNotes(text(known.getNotes(), action, patch.getNotes()));
        if (patch.hasMetadata()) {
            next.setMetadata(Metadata.patched(known.getMetadata(), action, patch.getMetadata()));
        }
        if (patch.hasOutputInfo()) {
            next.setOutputInfo(outputInfo(known.getOutputInfo(), action, patch.getOutputInfo()));
        }
        return next.build();
    }

    static ModelVersion applied(ModelVersion known, PatchAction action, ModelVersion patch) {
        ModelVersion.Builder next =
                known.toBuilder().setDescription(text(known.getDescription(), action, patch.getDescription()));
        if (patch.hasMetadata()) {
            next.setMetadata(Metadata.patched(known.getMetadata(), action, patch.getMetadata()));
        }
        return next.build();
    }

    private static String text(String known, PatchAction action, String patch) {
        if (patch.isEmpty()) {
            return known;
        }
        return action == PatchAction.REMOVE ? "" : patch;
    }

    private static OutputInfo outputInfo(OutputInfo known, PatchAction action, OutputInfo patch) {
        OutputInfo.Builder next = known.toBuilder();
        if (patch.hasData()) {
            next.setData(Data.newBuilder()
                    .addAllConcepts(concepts(
                            known.getData().getConceptsList(),
                            action,
                            patch.getData().getConceptsList())));
        }
        if (patch.hasOutputConfig()) {
            OutputSettings.require(
                    StatusCode.MODEL_INVALID_ARGUMENT, "output_info.output_config", patch.getOutputConfig());
            switch (action) {
                case MERGE -> {
                    if (patch.getOutputConfig().getSelectConceptsCount() > 0) {
                        next.getOutputConfigBuilder().clearSelectConcepts();
                    }
                    next.getOutputConfigBuilder().mergeFrom(patch.getOutputConfig());
                }
                case OVERWRITE -> next.setOutputConfig(patch.getOutputConfig());
                case REMOVE -> next.clearOutputConfig();
            }
        }
        if (patch.hasParams()) {
            next.setParams(Metadata.patched(known.getParams(), action, patch.getParams()));
        }
        return next.build();
    }

    private static List<Concept> concepts(List<Concept> known, PatchAction action, List<Concept> patch) {
        Map<String, Concept> next = new LinkedHashMap<>();
        if (action != PatchAction.OVERWRITE) {
            known.forEach(concept -> next.put(concept.getId(), concept));
        }
        for (Concept concept : patch) {
            if (action == PatchAction.REMOVE) {
                next.remove(concept.getId());
            } else {
                next.put(concept.getId(), concept);
            }
        }
        return List.copyOf(next.values());
    }
}
