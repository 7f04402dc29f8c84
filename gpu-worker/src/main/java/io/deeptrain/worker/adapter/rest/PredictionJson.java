package io.deeptrain.worker.adapter.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.deeptrain.event.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Request and answer of {@code POST /predictions} as they are written in JSON. */
public final class PredictionJson {
    private PredictionJson() {}

    /**
     * The question.
     *
     * @param maxConcepts how many concepts are wanted for each image; all if absent
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Request(
            @Nullable ObjectReference model,
            @Nullable List<Image> images,
            @Nullable Integer maxConcepts) {}

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

    /** Either the bytes themselves or where they lie. */
    public record Image(@Nullable String base64, @Nullable ObjectReference object) {}

    /** The answer: one output for each image, in the same order. */
    public record Answer(List<Output> outputs) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Output(
            @Nullable List<Concept> concepts, @Nullable Problem error) {}

    public record Concept(String id, float value) {}

    public record Problem(String code, String message) {}

    /** The answer when no image could be looked at. */
    public record Refusal(Problem error) {}
}
