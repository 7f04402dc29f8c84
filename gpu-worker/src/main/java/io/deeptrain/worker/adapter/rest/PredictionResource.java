package io.deeptrain.worker.adapter.rest;

import io.deeptrain.event.StoredObject;
import io.deeptrain.video.VideoLimits;
import io.deeptrain.worker.adapter.rest.PredictionJson.Answer;
import io.deeptrain.worker.adapter.rest.PredictionJson.Image;
import io.deeptrain.worker.adapter.rest.PredictionJson.ObjectReference;
import io.deeptrain.worker.adapter.rest.PredictionJson.Output;
import io.deeptrain.worker.adapter.rest.PredictionJson.Problem;
import io.deeptrain.worker.adapter.rest.PredictionJson.Refusal;
import io.deeptrain.worker.adapter.rest.PredictionJson.Request;
import io.deeptrain.worker.adapter.video.Videos;
import io.deeptrain.worker.adapter.video.Videos.Question;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.prediction.Predictions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a published model says about some images and videos. Any worker can answer for any model. */
@Path("/predictions")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class PredictionResource {
    static final int IMAGES_MAX = 128;
    private static final int UNPROCESSABLE = 422;

    private final Predictions models;
    private final Videos videos;
    private final Archive archive;
    private final Timer answers;

    PredictionResource(Predictions models, Videos videos, Archive archive, MeterRegistry registry) {
        this.models = models;
        this.videos = videos;
        this.archive = archive;
        this.answers = Timer.builder("deeptrain.prediction")
                .description("Time to answer a request for predictions.")
                .publishPercentileHistogram()
                .register(registry);
    }

    @POST
    @Blocking
    public Response predict(@Nullable Request request) {
        Timer.Sample begun = Timer.start();
        try {
            return answerOrRefusal(request);
        } finally {
            begun.stop(answers);
        }
    }

    private Response answerOrRefusal(@Nullable Request request) {
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
        Question question = Boolean.TRUE.equals(request.embeddings())
                ? models::embed
                : (asked, decoded) ->
                        models.predict(asked, decoded, conceptsMax == null ? Integer.MAX_VALUE : conceptsMax);
        Prediction[] predictions = new Prediction[images.size()];
        List<Integer> positions = new ArrayList<>();
        List<Outcome> decoded = new ArrayList<>();
        int size = models.imageSizeOf(model);
        for (int i = 0; i < predictions.length; i++) {
            Image image = images.get(i);
            Integer sampleMillis = image.sampleMillis();
            if (sampleMillis != null) {
                predictions[i] = video(model, image, sampleMillis, question);
            } else {
                positions.add(i);
                decoded.add(decoded(image, size));
            }
        }
        List<Prediction> ofImages = question.ask(model, decoded);
        for (int i = 0; i < ofImages.size(); i++) {
            predictions[positions.get(i)] = ofImages.get(i);
        }
        return Response.ok(new Answer(Stream.of(predictions).map(Output::of).toList()))
                .build();
    }

    private Prediction video(StoredObject model, Image video, int sampleMillis, Question question)
            throws IOException, CorruptObjectException {
        if (VideoLimits.problemOfSampling(sampleMillis).isPresent()) {
            throw new IllegalArgumentException("sample_millis is "
                    + VideoLimits.problemOfSampling(sampleMillis).get());
        }
        return switch (bytes(video, archive::video)) {
            case Bytes.There(byte[] bytes) -> videos.predict(model, bytes, sampleMillis, question);
            case Bytes.Missing(String reason) -> new Prediction.Unusable(reason);
        };
    }

    private Outcome decoded(Image image, int size) throws IOException {
        return switch (bytes(image, archive::image)) {
            case Bytes.There(byte[] bytes) -> ImageDecoder.decode(bytes, size);
            case Bytes.Missing(String reason) -> new Outcome.Invalid(reason);
        };
    }

    private sealed interface Bytes {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record There(byte[] bytes) implements Bytes {}

        record Missing(String reason) implements Bytes {}
    }

    private interface Fetch {
        byte[] of(StoredObject object) throws IOException, CorruptObjectException;
    }

    private static Bytes bytes(Image image, Fetch fetch) throws IOException {
        String base64 = image.base64();
        ObjectReference object = image.object();
        if ((base64 == null) == (object == null)) {
            return new Bytes.Missing("an image needs either base64 or object");
        }
        if (base64 != null) {
            try {
                return new Bytes.There(Base64.getDecoder().decode(base64));
            } catch (IllegalArgumentException noBase64) {
                return new Bytes.Missing("not base64: " + noBase64.getMessage());
            }
        }
        try {
            return new Bytes.There(fetch.of(Objects.requireNonNull(object).stored()));
        } catch (CorruptObjectException corrupt) {
            return new Bytes.Missing(String.valueOf(corrupt.getMessage()));
        }
    }

    private static Response refusal(int status, String code, String message) {
        return Response.status(status)
                .entity(new Refusal(new Problem(code, message)))
                .build();
    }
}
