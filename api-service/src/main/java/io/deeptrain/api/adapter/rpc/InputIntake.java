package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.ImageFetch;
import io.deeptrain.api.adapter.postgres.Annotations;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.video.VideoCheck;
import io.deeptrain.api.annotation.Annotation;
import io.deeptrain.api.annotation.Contents;
import io.deeptrain.api.input.ImageCheck;
import io.deeptrain.api.input.ImageCheck.Finding;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Image;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.InputIDConflictResolution;
import io.deeptrain.contract.Video;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.video.Clip;
import io.deeptrain.video.adapter.process.VideoReader.Reading;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How inputs come in, one by one or from archives.
 *
 * <ol>
 *   <li>Each is examined by itself, outside of any transaction: its bytes are fetched, checked and stored.
 *   <li>Those that can be kept are kept in one transaction, with their concepts, annotations and datasets.
 * </ol>
 */
@ApplicationScoped
class InputIntake {
    private final ObjectStore objects;
    private final ImageFetch images;
    private final VideoCheck videos;

    InputIntake(ObjectStore objects, ImageFetch images, VideoCheck videos) {
        this.objects = objects;
        this.images = images;
        this.videos = videos;
    }

    /** What became of one input. */
    sealed interface Outcome {
        /** @param concepts that its labels name, as they were posted */
        @SuppressWarnings("MissingSummary") // The name says it.
        record Acceptable(Input posted, LabelledImage image, Contents contents, List<Concept> concepts)
                implements Outcome {
            Acceptable under(String id) {
                return new Acceptable(
                        posted,
                        new LabelledImage(
                                id,
                                image.image(),
                                image.video(),
                                image.url(),
                                image.metadata(),
                                image.geo(),
                                image.labels(),
                                image.regions(),
                                image.datasetIds(),
                                image.createdAt(),
                                image.modifiedAt()),
                        contents,
                        concepts);
            }
        }

        /** Its id is taken and the caller wants such inputs left out. */
        record Skipped(String id) implements Outcome {}

        record Refused(Input posted, Status status) implements Outcome {}
    }

    /** Fetches, checks and stores the bytes, and reads all that is said with them. */
    Outcome examine(Input posted, Instant now) {
        if (posted.getData().hasImage() && posted.getData().hasVideo()) {
            return refused(
                    posted, StatusCode.INPUT_INVALID, "data holds an image and a video but must hold one of them");
        }
        return switch (posted.getData().hasVideo() ? checkedVideo(posted) : checkedImage(posted)) {
            case Checked.Refused(StatusCode code, String reason) -> refused(posted, code, reason);
            case Checked.Usable(byte[] bytes, String url, Optional<Clip> video) -> {
                try {
                    yield described(posted, bytes, url, video, now);
                } catch (Refusal refusal) {
                    yield refused(posted, StatusCode.INPUT_INVALID, refusal.details());
                }
            }
        };
    }

    /** What the bytes of an input turned out to be. */
    private sealed interface Checked {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record Usable(byte[] bytes, String url, Optional<Clip> video) implements Checked {}

        record Refused(StatusCode code, String reason) implements Checked {}
    }

    private Checked checkedImage(Input posted) {
        Image image = posted.getData().getImage();
        return switch (InputSources.bytes("data.image", image.getBase64(), image.getUrl(), images::fetch)) {
            case InputSources.Refused(StatusCode code, String reason) -> new Checked.Refused(code, reason);
            case InputSources.Found(byte[] bytes) ->
                ImageCheck.of(bytes) instanceof Finding.Unreadable(String reason)
                        ? new Checked.Refused(StatusCode.INPUT_INVALID, "data.image: " + reason)
                        : new Checked.Usable(bytes, image.getUrl(), Optional.empty());
        };
    }

    private Checked checkedVideo(Input posted) {
        Video video = posted.getData().getVideo();
        return switch (InputSources.bytes("data.video", video.getBase64(), video.getUrl(), images::fetchVideo)) {
            case InputSources.Refused(StatusCode code, String reason) -> new Checked.Refused(code, reason);
            case InputSources.Found(byte[] bytes) ->
                switch (videos.probe(bytes)) {
                    case Reading.Unreadable(String reason) ->
                        new Checked.Refused(
                                StatusCode.INPUT_INVALID, "data.video: the video cannot be used: " + reason);
                    case Reading.Shown(Clip clip) -> new Checked.Usable(bytes, video.getUrl(), Optional.of(clip));
                };
        };
    }

    private Outcome described(Input posted, byte[] bytes, String url, Optional<Clip> video, Instant now) {
        Contents contents = InputMessages.contents(posted.getData());
        LabelledImage kept = new LabelledImage(
                Ids.givenOrFresh("id", posted.getId()),
                stored(bytes),
                video,
                url,
                InputMessages.metadata(posted.getData()),
                InputMessages.geo(posted.getData()),
                contents.labels(),
                contents.regions(),
                posted.getDatasetIdsList().stream()
                        .map(id -> Ids.checked("dataset_ids", id))
                        .distinct()
                        .sorted()
                        .toList(),
                now,
                now);
        return new Outcome.Acceptable(posted, kept, contents, InputMessages.concepts(posted.getData()));
    }

    private StoredObject stored(byte[] bytes) {
        try {
            StoredBlob blob = objects.putContent(new ByteArrayInputStream(bytes));
            return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("an image cannot be stored", e);
        }
    }

    /** Keeps what is acceptable; answers, in the same order, what became of each. */
    static List<Outcome> keep(
            Connection connection,
            Tenant tenant,
            List<Outcome> examined,
            InputIDConflictResolution resolution,
            Instant now)
            throws SQLException {
        List<Outcome> outcomes = new ArrayList<>(examined);
        refuseUnknownDatasets(connection, tenant, outcomes);
        resolveWithin(outcomes, resolution);
        Set<String> added = insert(connection, tenant, outcomes);
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Acceptable input
                    && !added.contains(input.image().id())) {
                Outcome resolved = resolved(input, resolution);
                outcomes.set(i, resolved);
                if (resolved instanceof Outcome.Acceptable renamed) {
                    added.addAll(insert(connection, tenant, List.of(renamed)));
                }
            }
        }
        List<Outcome.Acceptable> kept = acceptable(outcomes);
        describe(connection, tenant, kept, now);
        return outcomes;
    }

    private static List<Outcome.Acceptable> acceptable(Collection<? extends Outcome> outcomes) {
        return outcomes.stream()
                .filter(Outcome.Acceptable.class::isInstance)
                .map(Outcome.Acceptable.class::cast)
                .toList();
    }

    private static void refuseUnknownDatasets(Connection connection, Tenant tenant, List<Outcome> outcomes)
            throws SQLException {
        Set<String> named = acceptable(outcomes).stream()
                .flatMap(input -> input.image().datasetIds().stream())
                .collect(Collectors.toSet());
        Set<String> known = Datasets.known(connection, tenant, named);
        outcomes.replaceAll(outcome -> outcome instanceof Outcome.Acceptable input
                ? input.image().datasetIds().stream()
                        .filter(id -> !known.contains(id))
                        .findFirst()
                        .map(id -> refused(
                                input.posted(),
                                StatusCode.INPUT_INVALID,
                                "dataset_ids is '%s' but must name a dataset of this app".formatted(id)))
                        .orElse(outcome)
                : outcome);
    }

    /** Two inputs of one call may have the same id too. */
    private static void resolveWithin(List<Outcome> outcomes, InputIDConflictResolution resolution) {
        Set<String> ids = new HashSet<>();
        outcomes.replaceAll(outcome -> outcome instanceof Outcome.Acceptable input
                        && !ids.add(input.image().id())
                ? resolved(input, resolution)
                : outcome);
    }

    private static Outcome resolved(Outcome.Acceptable input, InputIDConflictResolution resolution) {
        String id = input.image().id();
        return switch (resolution) {
            case SKIP -> new Outcome.Skipped(id);
            case SUFFIX -> input.under(Ids.suffixed(id));
            case INPUT_ID_CONFLICT_RESOLUTION_NOT_SET, UNRECOGNIZED ->
                refused(
                        input.posted(),
                        StatusCode.INPUT_DUPLICATE,
                        "id is '%s', which another input has".formatted(id));
        };
    }

    private static Set<String> insert(Connection connection, Tenant tenant, List<? extends Outcome> outcomes)
            throws SQLException {
        return Inputs.insert(
                connection,
                tenant,
                acceptable(outcomes).stream().map(Outcome.Acceptable::image).toList());
    }

    /** Adds the concepts, annotations and datasets of inputs that were just added. */
    private static void describe(Connection connection, Tenant tenant, List<Outcome.Acceptable> kept, Instant now)
            throws SQLException {
        Map<String, StoredConcept> concepts = new TreeMap<>();
        List<Annotation> annotations = new ArrayList<>();
        Map<String, Set<String>> members = new TreeMap<>();
        for (Outcome.Acceptable input : kept) {
            String id = input.image().id();
            input.concepts().forEach(concept -> concepts.putIfAbsent(concept.getId(), ConceptCalls.of(concept, now)));
            if (!input.contents().isEmpty()) {
                annotations.add(Annotation.of(Ids.fresh(), id, true, input.contents(), Annotation.NO_INFO, now));
            }
            input.image()
                    .datasetIds()
                    .forEach(dataset -> members.computeIfAbsent(dataset, _ -> new LinkedHashSet<>())
                            .add(id));
        }
        Concepts.insert(connection, tenant, concepts.values());
        Annotations.save(connection, tenant, annotations);
        Annotations.relabel(
                connection,
                tenant,
                annotations.stream().map(Annotation::inputId).toList());
        for (Map.Entry<String, Set<String>> dataset : members.entrySet()) {
            Datasets.add(connection, tenant, dataset.getKey(), dataset.getValue(), now);
        }
    }

    /** What is answered about each: the inputs as they are kept, and why the others are not. */
    static List<Input> answers(Connection connection, Tenant tenant, List<Outcome> outcomes) throws SQLException {
        List<LabelledImage> kept = new ArrayList<>(
                acceptable(outcomes).stream().map(Outcome.Acceptable::image).toList());
        kept.addAll(Inputs.find(
                connection,
                tenant,
                outcomes.stream()
                        .filter(Outcome.Skipped.class::isInstance)
                        .map(outcome -> ((Outcome.Skipped) outcome).id())
                        .toList()));
        Map<String, Input> byId = InputMessages.of(connection, tenant, kept).stream()
                .collect(Collectors.toMap(Input::getId, Function.identity(), (first, _) -> first));
        return outcomes.stream()
                .map(outcome -> switch (outcome) {
                    case Outcome.Acceptable input ->
                        Objects.requireNonNull(byId.get(input.image().id()));
                    // Somebody else may have deleted it just now.
                    case Outcome.Skipped(String id) ->
                        byId.getOrDefault(id, Input.newBuilder().setId(id).build());
                    case Outcome.Refused(Input posted, Status status) ->
                        withoutBytes(posted).setStatus(status).build();
                })
                .toList();
    }

    static Outcome refused(Input posted, StatusCode code, String details) {
        return new Outcome.Refused(posted, Answers.of(code, details));
    }

    private static Input.Builder withoutBytes(Input posted) {
        Input.Builder input = posted.toBuilder();
        if (posted.getData().hasVideo()) {
            input.getDataBuilder().getVideoBuilder().clearBase64();
        }
        if (posted.getData().hasImage() || !posted.getData().hasVideo()) {
            input.getDataBuilder().getImageBuilder().clearBase64();
        }
        return input;
    }
}
