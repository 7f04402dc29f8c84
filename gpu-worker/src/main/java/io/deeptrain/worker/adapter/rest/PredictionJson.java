package io.deeptrain.worker.adapter.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.deeptrain.event.StoredObject;
import io.deeptrain.video.Moment;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.prediction.Prediction.Scored;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Request and answer of {@code POST /predictions} as they are written in JSON. */
public final class PredictionJson {
    private PredictionJson() {}

    /**
     * The question.
     *
     * @param maxConcepts how many concepts are wanted for each image; all if absent
     * @param embeddings whether embeddings are wanted whatever else the model answers
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Request(
            @Nullable ObjectReference model,
            @Nullable List<Image> images,
            @Nullable Integer maxConcepts,
            @Nullable Boolean embeddings) {}

    /** An object of the store. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record ObjectReference(
            @Nullable String key, @Nullable String sha256, long sizeBytes) {
        StoredObject stored() {
            if (key == null || sha256 == null) {
                throw new IllegalArgumentException("an object needs key, sha256 and size_bytes");
            }
            return new StoredObject(key, sha256, sizeBytes);
        }
    }

    /**
     * Either the bytes themselves or where they lie.
     *
     * @param sampleMillis it is a video, looked at each so many milliseconds; absent of an image
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Image(
            @Nullable String base64,
            @Nullable ObjectReference object,
            @Nullable Integer sampleMillis) {}

    /** The answer: one output for each image, in the same order. */
    public record Answer(List<Output> outputs) {}

    /** Of its parts exactly one is there. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Output(
            @Nullable List<Concept> concepts,
            @Nullable List<Region> regions,
            @Nullable List<Float> embedding,
            @Nullable List<Frame> frames,
            @Nullable Problem error) {

        static Output of(Prediction prediction) {
            return switch (prediction) {
                case Prediction.Seen(List<Scored> concepts) ->
                    new Output(concepts.stream().map(Concept::of).toList(), null, null, null, null);
                case Prediction.Detected(List<Prediction.Region> regions) ->
                    new Output(null, regions.stream().map(Region::of).toList(), null, null, null);
                case Prediction.Embedded(List<Float> vector) -> new Output(null, null, vector, null, null);
                case Prediction.Filmed(List<Prediction.Frame> frames) ->
                    new Output(null, null, null, frames.stream().map(Frame::of).toList(), null);
                case Prediction.Unusable(String reason) ->
                    new Output(null, null, null, null, new Problem("IMAGE_UNUSABLE", reason));
            };
        }
    }

    /**
     * What was seen in one moment of a video.
     *
     * @param index the first moment is 0
     * @param frame number of the frame that is shown then
     * @param timeMillis from the beginning
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Frame(int index, int frame, long timeMillis, Output seen) {
        static Frame of(Prediction.Frame frame) {
            Moment moment = frame.moment();
            return new Frame(moment.index(), moment.frame(), moment.millis(), Output.of(frame.seen()));
        }
    }

    public record Concept(String id, float value) {
        static Concept of(Scored scored) {
            return new Concept(scored.concept(), scored.value());
        }
    }

    /** A box whose edges are fractions of the image's height and width. */
    public record Region(Concept concept, float top, float left, float bottom, float right) {
        static Region of(Prediction.Region region) {
            return new Region(
                    Concept.of(region.scored()), region.top(), region.left(), region.bottom(), region.right());
        }
    }

    public record Problem(String code, String message) {}

    /** The answer when no image could be looked at. */
    public record Refusal(Problem error) {}
}
