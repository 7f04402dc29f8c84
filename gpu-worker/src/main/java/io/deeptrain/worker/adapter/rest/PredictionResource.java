package io.deeptrain.worker.adapter.rest;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.adapter.rest.PredictionJson.Answer;
import io.deeptrain.worker.adapter.rest.PredictionJson.Image;
import io.deeptrain.worker.adapter.rest.PredictionJson.ObjectReference;
import io.deeptrain.worker.adapter.rest.PredictionJson.Output;
import io.deeptrain.worker.adapter.rest.PredictionJson.Problem;
import io.deeptrain.worker.adapter.rest.PredictionJson.Refusal;
import io.deeptrain.worker.adapter.rest.PredictionJson.Request;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a published model says about some images. Any worker can answer for any model. */
@Path("/predictions")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class PredictionResource {
    static final int IMAGES_MAX = 128;
    private static final int UNPROCESSABLE = 422;

    private final LoadedModels models;
    private final Archive archive;

    PredictionResource(LoadedModels models, Archive archive) {
        this.models = models;
        this.archive = archive;
    }

    @POST
    @Blocking
    public Response predict(@Nullable Request request) {
        try {
            return answer(Objects.requireNonNullElseGet(request, () -> new Request(null, null, null, null)));
        } catch (IllegalArgumentException malformed) {
            return refusal(
                    Response.Status.BAD_REQUEST.getStatusCode(), "MALFORMED", String.valueOf(malformed.getMessage()));
        } catch (CorruptObjectException unreadable) {
            return refusal(UNPROCESSABLE, "MODEL_UNREADABLE", String.valueOf(unreadable.getMessage()));
        } catch (IOException away) {
            return refusal(Response.Status.SERVICE_UNAVAILABLE.getStatusCode(), "STORE_UNAVAILABLE", away.toString());
        }
    }

    private Response answer(Request request) throws IOException, CorruptObjectException {
        ObjectReference reference = request.model();
        List<Image> images = request.images();
        Integer conceptsMax = request.maxConcepts();
        if (reference == null || images == null || images.isEmpty() || images.size() > IMAGES_MAX) {
            throw new IllegalArgumentException("a request needs a model and 1 to %d images".formatted(IMAGES_MAX));
        }
        if (conceptsMax != null && conceptsMax < 1) {
            throw new IllegalArgumentException("max_concepts must be at least 1: " + conceptsMax);
        }
        StoredObject model = reference.stored();
        int size = models.imageSizeOf(model);
        List<Outcome> decoded = new ArrayList<>();
        for (Image image : images) {
            decoded.add(decoded(image, size));
        }
        List<Prediction> predictions = Boolean.TRUE.equals(request.embeddings())
                ? models.embed(model, decoded)
                : models.predict(model, decoded, conceptsMax == null ? Integer.MAX_VALUE : conceptsMax);
        return Response.ok(new Answer(predictions.stream().map(Output::of).toList()))
                .build();
    }

    private Outcome decoded(Image image, int size) throws IOException {
        String base64 = image.base64();
        ObjectReference object = image.object();
        if ((base64 == null) == (object == null)) {
            return new Outcome.Invalid("an image needs either base64 or object");
        }
        if (base64 != null) {
            try {
                return ImageDecoder.decode(Base64.getDecoder().decode(base64), size);
            } catch (IllegalArgumentException noBase64) {
                return new Outcome.Invalid("not base64: " + noBase64.getMessage());
            }
        }
        try {
            return ImageDecoder.decode(
                    archive.image(Objects.requireNonNull(object).stored()), size);
        } catch (CorruptObjectException corrupt) {
            return new Outcome.Invalid(String.valueOf(corrupt.getMessage()));
        }
    }

    private static Response refusal(int status, String code, String message) {
        return Response.status(status)
                .entity(new Refusal(new Problem(code, message)))
                .build();
    }
}
