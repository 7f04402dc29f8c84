package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.http.ImageFetch;
import io.deeptrain.api.adapter.http.ImageFetch.Fetched;
import io.deeptrain.api.adapter.http.Predictions;
import io.deeptrain.api.adapter.http.Predictions.NoWorkerException;
import io.deeptrain.api.adapter.http.Predictions.Picture;
import io.deeptrain.api.adapter.http.Predictions.Seen;
import io.deeptrain.api.adapter.http.Predictions.Sight;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.input.ImageCheck;
import io.deeptrain.api.input.ImageCheck.Finding;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.MultiOutputResponse;
import io.deeptrain.contract.Output;
import io.deeptrain.contract.OutputConfig;
import io.deeptrain.contract.PostModelOutputsRequest;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The call that uses a model. */
@ApplicationScoped
class PredictionCalls {
    private static final int INPUTS_MAX = 128;

    private final Database database;
    private final Predictions predictions;
    private final ImageFetch images;

    PredictionCalls(Database database, Predictions predictions, ImageFetch images) {
        this.database = database;
        this.predictions = predictions;
        this.images = images;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostModelOutputs", PostModelOutputsRequest.class, this::post);
    }

    /** What an input of the call turned out to be. */
    private sealed interface Look {
        record At(Picture picture) implements Look {}

        record Refused(StatusCode code, String reason) implements Look {}
    }

    private record Target(Tenant tenant, Model model, Trained trained) {}

    private MultiOutputResponse post(Caller caller, PostModelOutputsRequest request) {
        Target target = target(caller, request);
        if (request.getInputsCount() == 0 || request.getInputsCount() > INPUTS_MAX) {
            throw new Refusal(
                    StatusCode.PREDICT_INVALID_REQUEST,
                    "inputs holds %d inputs but must hold 1 to %d".formatted(request.getInputsCount(), INPUTS_MAX));
        }
        List<Look> looks = request.getInputsList().stream()
                .map(input -> look(target.tenant(), input))
                .toList();
        List<Picture> pictures = new ArrayList<>();
        for (Look look : looks) {
            if (look instanceof Look.At(Picture picture)) {
                pictures.add(picture);
            }
        }
        List<Sight> sights = seen(target.trained(), pictures);
        OutputConfig config = request.getModel().getOutputInfo().getOutputConfig();
        MultiOutputResponse.Builder answer = MultiOutputResponse.newBuilder();
        int good = 0;
        int next = 0;
        for (int i = 0; i < looks.size(); i++) {
            Input asked = request.getInputs(i);
            Output.Builder output = Output.newBuilder()
                    .setId(Ids.fresh())
                    .setCreatedAt(Times.stamp(Instant.now()))
                    .setModel(target.model())
                    .setInput(asked.toBuilder()
                            .setId(asked.getId().isEmpty() ? Ids.fresh() : asked.getId())
                            .setData(Data.newBuilder()
                                    .setImage(asked.getData().getImage().toBuilder()
                                            .clearBase64())));
            switch (looks.get(i)) {
                case Look.Refused(StatusCode code, String reason) -> output.setStatus(Answers.of(code, reason));
                case Look.At _ -> {
                    switch (sights.get(next++)) {
                        case Sight.Unreadable(String reason) ->
                            output.setStatus(Answers.of(StatusCode.MODEL_PREDICTION_FAILED, reason));
                        case Sight.Concepts(List<Seen> concepts) -> {
                            output.setStatus(Answers.ok())
                                    .setData(Data.newBuilder()
                                            .addAllConcepts(chosen(target.tenant(), concepts, config)));
                            good++;
                        }
                    }
                }
            }
            answer.addOutputs(output);
        }
        return answer.setStatus(overall(good, looks.size())).build();
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

    /** An image that is sent, one at a URL, or an input of the app named by its id. */
    private Look look(Tenant tenant, Input input) {
        byte[] bytes = input.getData().getImage().getBase64().toByteArray();
        String url = input.getData().getImage().getUrl();
        if (bytes.length == 0 && url.isEmpty()) {
            Optional<LabelledImage> stored = input.getId().isEmpty()
                    ? Optional.empty()
                    : database.inTransaction(connection -> Inputs.find(connection, tenant, input.getId()));
            return stored.<Look>map(image -> new Look.At(new Picture.Stored(image.image())))
                    .orElseGet(() -> new Look.Refused(
                            StatusCode.INPUT_INVALID,
                            "data.image has neither base64 nor url, and id is '%s', which no input has"
                                    .formatted(input.getId())));
        }
        if (bytes.length == 0) {
            switch (images.fetch(url)) {
                case Fetched.Image(byte[] fetched) -> bytes = fetched;
                case Fetched.Refused(String reason) -> {
                    return new Look.Refused(StatusCode.INPUT_DOWNLOAD_FAILED, "data.image.url: " + reason);
                }
            }
        }
        return switch (ImageCheck.of(bytes)) {
            case Finding.Decodable _ -> new Look.At(new Picture.Sent(bytes));
            case Finding.Unreadable(String reason) ->
                new Look.Refused(StatusCode.INPUT_INVALID, "data.image: " + reason);
        };
    }

    private List<Sight> seen(Trained trained, List<Picture> pictures) {
        if (pictures.isEmpty()) {
            return List.of();
        }
        try {
            return predictions.predict(trained.model(), pictures);
        } catch (NoWorkerException e) {
            throw new Refusal(StatusCode.MODEL_BUSY_PLEASE_RETRY, String.valueOf(e.getMessage()));
        }
    }

    private static List<Concept> chosen(Tenant tenant, List<Seen> seen, OutputConfig config) {
        Set<String> selected = config.getSelectConceptsList().stream()
                .map(concept -> concept.getId().isEmpty() ? concept.getName() : concept.getId())
                .collect(Collectors.toSet());
        return seen.stream()
                .filter(concept -> selected.isEmpty() || selected.contains(concept.conceptId()))
                .filter(concept -> concept.value() >= config.getMinValue())
                .sorted(Comparator.comparingDouble(Seen::value).reversed().thenComparing(Seen::conceptId))
                .limit(config.getMaxConcepts() == 0 ? seen.size() : config.getMaxConcepts())
                .map(concept -> Concept.newBuilder()
                        .setId(concept.conceptId())
                        .setName(concept.conceptId())
                        .setValue((float) concept.value())
                        .setAppId(tenant.appId())
                        .build())
                .toList();
    }
}
