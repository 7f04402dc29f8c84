package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.http.Predictions.Sight.Content;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.ImagePredictions.Look;
import io.deeptrain.api.adapter.rpc.ImagePredictions.Outcome;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.MultiOutputResponse;
import io.deeptrain.contract.Output;
import io.deeptrain.contract.OutputConfig;
import io.deeptrain.contract.PostModelOutputsRequest;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The call that uses a model. */
@ApplicationScoped
class PredictionCalls {
    private final Database database;
    private final ImagePredictions predictions;

    PredictionCalls(Database database, ImagePredictions predictions) {
        this.database = database;
        this.predictions = predictions;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostModelOutputs", PostModelOutputsRequest.class, this::post);
    }

    private record Target(Tenant tenant, Model model, Trained trained) {}

    private MultiOutputResponse post(Caller caller, PostModelOutputsRequest request) {
        Target target = target(caller, request);
        OutputConfig asked = request.getModel().getOutputInfo().getOutputConfig();
        OutputSettings.require(StatusCode.PREDICT_INVALID_REQUEST, "model.output_info.output_config", asked);
        OutputConfig config = PredictionMessages.config(
                target.model().getModelVersion().getOutputInfo().getOutputConfig(), asked);
        List<Look> looks =
                predictions.looks(target.tenant(), request.getInputsList(), OutputSettings.sampleMillis(config));
        List<Outcome> outcomes = predictions.outcomes(target.trained(), looks);
        MultiOutputResponse.Builder answer = MultiOutputResponse.newBuilder();
        int good = 0;
        for (int i = 0; i < outcomes.size(); i++) {
            Output.Builder output = Output.newBuilder()
                    .setId(Ids.fresh())
                    .setCreatedAt(Times.stamp(Instant.now()))
                    .setModel(target.model())
                    .setInput(ImagePredictions.repeated(request.getInputs(i)));
            switch (outcomes.get(i)) {
                case Outcome.Failed(StatusCode code, String reason) -> output.setStatus(Answers.of(code, reason));
                case Outcome.Answered(Content sight) -> {
                    output.setStatus(Answers.ok()).setData(PredictionMessages.data(target.tenant(), sight, config));
                    good++;
                }
            }
            answer.addOutputs(output);
        }
        return answer.setStatus(overall(good, outcomes.size())).build();
    }

    private static Status overall(int good, int all) {
        if (good == all) {
            return Answers.ok();
        }
        return good == 0
                ? Answers.of(StatusCode.FAILURE, "No image could be predicted; the status of each output says why")
                : Answers.of(StatusCode.MIXED_STATUS, "%d of %d images could be predicted".formatted(good, all));
    }

    private Target target(Caller caller, PostModelOutputsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String modelId = request.getModelId();
            StoredModel model = ModelCalls.found(connection, tenant, modelId);
            StoredVersion version;
            if (request.getVersionId().isEmpty()) {
                version = Versions.newestTrained(connection, tenant, modelId)
                        .orElseThrow(() -> new Refusal(
                                StatusCode.PREDICT_INVALID_REQUEST,
                                "Model '%s' has no trained version".formatted(modelId)));
            } else {
                version = Versions.find(connection, tenant, modelId, request.getVersionId())
                        .orElseThrow(() -> ModelMessages.noVersion(modelId, request.getVersionId()));
            }
            if (version.version().state() instanceof Trained trained) {
                return new Target(tenant, ModelMessages.model(model, Optional.of(version)), trained);
            }
            throw new Refusal(
                    StatusCode.PREDICT_INVALID_REQUEST,
                    "Version '%s' of model '%s' is not trained: %s"
                            .formatted(
                                    version.id(),
                                    modelId,
                                    ModelMessages.status(version).getDescription()));
        });
    }
}
