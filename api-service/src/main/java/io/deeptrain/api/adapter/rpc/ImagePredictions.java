package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.ImageFetch;
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
import io.deeptrain.contract.Image;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.Video;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What trained models see in the images and videos of a call. */
@ApplicationScoped
class ImagePredictions {
    static final int INPUTS_MAX = 128;
    private static final int VIDEOS_MAX = 4;

    /** What one request to a worker holds, and a third more for Base64. */
    private static final long SENT_BYTES_MAX = 96L << 20;

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

    /**
     * Looks at the inputs of a call, each of which can be refused by itself.
     *
     * @param sampleMillis how often videos are looked at
     */
    List<Look> looks(Tenant tenant, List<Input> inputs, int sampleMillis) {
        if (inputs.isEmpty() || inputs.size() > INPUTS_MAX) {
            throw new Refusal(
                    StatusCode.PREDICT_INVALID_REQUEST,
                    "inputs holds %d inputs but must hold 1 to %d".formatted(inputs.size(), INPUTS_MAX));
        }
        long videos =
                inputs.stream().filter(input -> input.getData().hasVideo()).count();
        if (videos > VIDEOS_MAX) {
            throw new Refusal(
                    StatusCode.PREDICT_INVALID_REQUEST,
                    "inputs holds %d videos but must hold at most %d".formatted(videos, VIDEOS_MAX));
        }
        List<Look> looks =
                inputs.stream().map(input -> look(tenant, input, sampleMillis)).toList();
        long bytes = looks.stream().mapToLong(ImagePredictions::sentBytes).sum();
        if (bytes > SENT_BYTES_MAX) {
            throw new Refusal(
                    StatusCode.REQUEST_TOO_LARGE,
                    "inputs have %d bytes together but must have at most %d; post them as inputs first and name their ids"
                            .formatted(bytes, SENT_BYTES_MAX));
        }
        return looks;
    }

    private static long sentBytes(Look look) {
        return look instanceof Look.At(Picture picture) ? sentBytes(picture) : 0;
    }

    private static long sentBytes(Picture picture) {
        return switch (picture) {
            case Picture.Sent(byte[] bytes) -> bytes.length;
            case Picture.Stored _ -> 0;
            case Picture.Film(Picture content, int _) -> sentBytes(content);
        };
    }

    /** An image or video that is sent, one at a URL, or an input of the app named by its id. */
    private Look look(Tenant tenant, Input input, int sampleMillis) {
        Data data = input.getData();
        if (data.hasImage() && data.hasVideo()) {
            return new Look.Refused(
                    StatusCode.INPUT_INVALID, "data holds an image and a video but must hold one of them");
        }
        if (isEmpty(data)) {
            return stored(tenant, input, sampleMillis);
        }
        if (data.hasVideo()) {
            Video video = data.getVideo();
            return switch (InputSources.bytes("data.video", video.getBase64(), video.getUrl(), images::fetchVideo)) {
                case InputSources.Refused(StatusCode code, String reason) -> new Look.Refused(code, reason);
                case InputSources.Found(byte[] bytes) ->
                    new Look.At(new Picture.Film(new Picture.Sent(bytes), sampleMillis));
            };
        }
        Image image = data.getImage();
        return switch (InputSources.bytes("data.image", image.getBase64(), image.getUrl(), images::fetch)) {
            case InputSources.Refused(StatusCode code, String reason) -> new Look.Refused(code, reason);
            case InputSources.Found(byte[] bytes) ->
                switch (ImageCheck.of(bytes)) {
                    case Finding.Decodable _ -> new Look.At(new Picture.Sent(bytes));
                    case Finding.Unreadable(String reason) ->
                        new Look.Refused(StatusCode.INPUT_INVALID, "data.image: " + reason);
                };
        };
    }

    private static boolean isEmpty(Data data) {
        return data.getImage().getBase64().isEmpty()
                && data.getImage().getUrl().isEmpty()
                && data.getVideo().getBase64().isEmpty()
                && data.getVideo().getUrl().isEmpty();
    }

    private Look stored(Tenant tenant, Input input, int sampleMillis) {
        Optional<LabelledImage> stored = input.getId().isEmpty()
                ? Optional.empty()
                : database.inTransaction(connection -> Inputs.find(connection, tenant, input.getId()));
        return stored.<Look>map(found -> {
                    Picture content = new Picture.Stored(found.image());
                    return new Look.At(found.video().isPresent() ? new Picture.Film(content, sampleMillis) : content);
                })
                .orElseGet(() -> new Look.Refused(
                        StatusCode.INPUT_INVALID,
                        "%s has neither base64 nor url, and id is '%s', which no input has"
                                .formatted(input.getData().hasVideo() ? "data.video" : "data.image", input.getId())));
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
                .setData(
                        asked.getData().hasVideo()
                                ? Data.newBuilder()
                                        .setVideo(asked.getData().getVideo().toBuilder()
                                                .clearBase64())
                                : Data.newBuilder()
                                        .setImage(asked.getData().getImage().toBuilder()
                                                .clearBase64()))
                .build();
    }
}
