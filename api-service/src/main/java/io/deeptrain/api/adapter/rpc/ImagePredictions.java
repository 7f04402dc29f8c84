package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.ImageFetch;
import io.deeptrain.api.adapter.http.ImageFetch.Fetched;
import io.deeptrain.api.adapter.http.Predictions;
import io.deeptrain.api.adapter.http.Predictions.NoWorkerException;
import io.deeptrain.api.adapter.http.Predictions.Picture;
import io.deeptrain.api.adapter.http.Predictions.Sight;
import io.deeptrain.api.adapter.http.Predictions.Sight.Content;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.input.ImageCheck;
import io.deeptrain.api.input.ImageCheck.Finding;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Input;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What trained models see in the images of a call. */
@ApplicationScoped
class ImagePredictions {
    static final int INPUTS_MAX = 128;

    private final Database database;
    private final Predictions predictions;
    private final ImageFetch images;

    ImagePredictions(Database database, Predictions predictions, ImageFetch images) {
        this.database = database;
        this.predictions = predictions;
        this.images = images;
    }

    /** What an input of the call turned out to be. */
    sealed interface Look {
        record At(Picture picture) implements Look {}

        record Refused(StatusCode code, String reason) implements Look {}
    }

    /** What came of one input. */
    sealed interface Outcome {
        record Answered(Content sight) implements Outcome {}

        record Failed(StatusCode code, String reason) implements Outcome {}
    }

    /** Looks at the inputs of a call, each of which can be refused by itself. */
    List<Look> looks(Tenant tenant, List<Input> inputs) {
        if (inputs.isEmpty() || inputs.size() > INPUTS_MAX) {
            throw new Refusal(
                    StatusCode.PREDICT_INVALID_REQUEST,
                    "inputs holds %d inputs but must hold 1 to %d".formatted(inputs.size(), INPUTS_MAX));
        }
        return inputs.stream().map(input -> look(tenant, input)).toList();
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

    /**
     * One outcome for each look, in their order.
     *
     * @throws Refusal if no worker answers
     */
    List<Outcome> outcomes(Trained trained, List<Look> looks) {
        List<Picture> pictures = new ArrayList<>();
        for (Look look : looks) {
            if (look instanceof Look.At(Picture picture)) {
                pictures.add(picture);
            }
        }
        List<Sight> sights = sights(trained, pictures);
        List<Outcome> outcomes = new ArrayList<>();
        int next = 0;
        for (Look look : looks) {
            outcomes.add(
                    switch (look) {
                        case Look.Refused(StatusCode code, String reason) -> new Outcome.Failed(code, reason);
                        case Look.At _ -> outcome(sights.get(next++));
                    });
        }
        return outcomes;
    }

    private static Outcome outcome(Sight sight) {
        return switch (sight) {
            case Sight.Unreadable(String reason) -> new Outcome.Failed(StatusCode.MODEL_PREDICTION_FAILED, reason);
            case Content answer -> new Outcome.Answered(answer);
        };
    }

    private List<Sight> sights(Trained trained, List<Picture> pictures) {
        if (pictures.isEmpty()) {
            return List.of();
        }
        try {
            return predictions.predict(trained.model(), pictures);
        } catch (NoWorkerException e) {
            throw new Refusal(StatusCode.MODEL_BUSY_PLEASE_RETRY, String.valueOf(e.getMessage()));
        }
    }

    /** The input as an answer repeats it: with an id, and without its bytes. */
    static Input repeated(Input asked) {
        return asked.toBuilder()
                .setId(asked.getId().isEmpty() ? Ids.fresh() : asked.getId())
                .setData(Data.newBuilder()
                        .setImage(asked.getData().getImage().toBuilder().clearBase64()))
                .build();
    }
}
