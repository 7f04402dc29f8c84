package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.http.ImageFetch;
import io.deeptrain.api.adapter.http.ImageFetch.Fetched;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.input.ImageCheck;
import io.deeptrain.api.input.ImageCheck.Finding;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.DeleteInputRequest;
import io.deeptrain.contract.DeleteInputsRequest;
import io.deeptrain.contract.GetInputCountRequest;
import io.deeptrain.contract.GetInputRequest;
import io.deeptrain.contract.Image;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.InputCount;
import io.deeptrain.contract.ListInputsRequest;
import io.deeptrain.contract.MultiInputResponse;
import io.deeptrain.contract.PostInputsRequest;
import io.deeptrain.contract.SingleInputCountResponse;
import io.deeptrain.contract.SingleInputResponse;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Calls about inputs. What cannot be a training image is refused by itself; the others of the call are kept. */
@ApplicationScoped
class InputCalls {
    private static final int INPUTS_MAX = 128;

    private final Database database;
    private final ObjectStore objects;
    private final ImageFetch images;

    InputCalls(Database database, ObjectStore objects, ImageFetch images) {
        this.database = database;
        this.objects = objects;
        this.images = images;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostInputs", PostInputsRequest.class, this::post)
                .answer("ListInputs", ListInputsRequest.class, this::list)
                .answer("GetInput", GetInputRequest.class, this::get)
                .answer("GetInputCount", GetInputCountRequest.class, this::count)
                .answer("DeleteInput", DeleteInputRequest.class, this::delete)
                .answer("DeleteInputs", DeleteInputsRequest.class, this::deleteSome);
    }

    /** What became of one posted input. */
    private sealed interface Outcome {
        record Kept(LabelledImage image) implements Outcome {}

        record Refused(Input posted, Status status) implements Outcome {}
    }

    private MultiInputResponse post(Caller caller, PostInputsRequest request) {
        Tenant tenant = database.inTransaction(_ -> Tenants.app(caller, request.getUserAppId()));
        if (request.getInputsCount() == 0 || request.getInputsCount() > INPUTS_MAX) {
            throw new Refusal(
                    StatusCode.INPUT_INVALID_REQUEST,
                    "inputs holds %d inputs but must hold 1 to %d".formatted(request.getInputsCount(), INPUTS_MAX));
        }
        Instant now = Instant.now();
        List<Outcome> outcomes = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Input posted : request.getInputsList()) {
            Outcome outcome = examine(posted, now);
            outcomes.add(
                    outcome instanceof Outcome.Kept(LabelledImage image) && !ids.add(image.id())
                            ? duplicate(posted, image.id())
                            : outcome);
        }
        Set<String> added = keep(tenant, outcomes, request, now);
        MultiInputResponse.Builder answer = MultiInputResponse.newBuilder();
        int kept = 0;
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome outcome = outcomes.get(i);
            if (outcome instanceof Outcome.Kept(LabelledImage image) && !added.contains(image.id())) {
                outcome = duplicate(request.getInputs(i), image.id());
            }
            switch (outcome) {
                case Outcome.Kept(LabelledImage image) -> {
                    answer.addInputs(message(image));
                    kept++;
                }
                case Outcome.Refused(Input posted, Status status) ->
                    answer.addInputs(withoutBytes(posted).setStatus(status));
            }
        }
        return answer.setStatus(overall(kept, outcomes.size())).build();
    }

    private static Status overall(int kept, int all) {
        if (kept == all) {
            return Answers.ok();
        }
        return kept == 0
                ? Answers.of(StatusCode.FAILURE, "None of the inputs was kept; the status of each says why")
                : Answers.of(
                        StatusCode.MIXED_STATUS,
                        "%d of %d inputs were kept; the status of the others says why".formatted(kept, all));
    }

    private Outcome examine(Input posted, Instant now) {
        Image image = posted.getData().getImage();
        byte[] bytes = image.getBase64().toByteArray();
        if (bytes.length == 0) {
            if (image.getUrl().isEmpty()) {
                return refused(
                        posted,
                        StatusCode.INPUT_INVALID,
                        "data.image has neither base64 nor url but must have one of them");
            }
            switch (images.fetch(image.getUrl())) {
                case Fetched.Image(byte[] fetched) -> bytes = fetched;
                case Fetched.Refused(String reason) -> {
                    return refused(posted, StatusCode.INPUT_DOWNLOAD_FAILED, "data.image.url: " + reason);
                }
            }
        }
        if (ImageCheck.of(bytes) instanceof Finding.Unreadable(String reason)) {
            return refused(posted, StatusCode.INPUT_INVALID, "data.image: " + reason);
        }
        try {
            Map<String, Label> labels = new LinkedHashMap<>();
            for (Concept concept : posted.getData().getConceptsList()) {
                String id = Ids.checked("data.concepts.id", concept.getId());
                labels.put(id, Label.of(id, concept.getValue()));
            }
            return new Outcome.Kept(new LabelledImage(
                    Ids.givenOrFresh("id", posted.getId()),
                    stored(bytes),
                    image.getUrl(),
                    JsonFormat.printer().print(posted.getData().getMetadata()),
                    List.copyOf(labels.values()),
                    now));
        } catch (Refusal refusal) {
            return refused(posted, StatusCode.INPUT_INVALID, refusal.details());
        } catch (InvalidProtocolBufferException e) {
            return refused(posted, StatusCode.INPUT_INVALID, "data.metadata is not JSON: " + e.getMessage());
        }
    }

    private StoredObject stored(byte[] bytes) {
        try {
            StoredBlob blob = objects.putContent(new ByteArrayInputStream(bytes));
            return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("an image cannot be stored", e);
        }
    }

    /** Keeps the images whose id is free, and the concepts that they are labelled with. */
    private Set<String> keep(Tenant tenant, List<Outcome> outcomes, PostInputsRequest request, Instant now) {
        List<LabelledImage> kept = new ArrayList<>();
        Map<String, StoredConcept> concepts = new TreeMap<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Kept(LabelledImage image)) {
                kept.add(image);
                for (Concept concept : request.getInputs(i).getData().getConceptsList()) {
                    concepts.putIfAbsent(concept.getId(), ConceptCalls.of(concept, now));
                }
            }
        }
        return database.inTransaction(connection -> {
            Concepts.insert(connection, tenant, concepts.values());
            return Inputs.insert(connection, tenant, kept);
        });
    }

    private static Outcome duplicate(Input posted, String id) {
        return refused(posted, StatusCode.INPUT_DUPLICATE, "id is '%s', which another input has".formatted(id));
    }

    private static Outcome refused(Input posted, StatusCode code, String details) {
        return new Outcome.Refused(posted, Answers.of(code, details));
    }

    private static Input.Builder withoutBytes(Input posted) {
        Input.Builder input = posted.toBuilder();
        input.getDataBuilder().getImageBuilder().clearBase64();
        return input;
    }

    private MultiInputResponse list(Caller caller, ListInputsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            int wanted = request.getStatus().getCode();
            List<LabelledImage> found;
            if (wanted != 0 && wanted != StatusCode.INPUT_DOWNLOAD_SUCCESS.code()) {
                // Every input that is kept is ready.
                found = List.of();
            } else if (request.getIdsCount() > 0) {
                found = Inputs.find(connection, tenant, request.getIdsList());
            } else {
                found = Inputs.list(connection, tenant, Page.of(request.getPage(), request.getPerPage()));
            }
            return MultiInputResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllInputs(found.stream().map(InputCalls::message).toList())
                    .build();
        });
    }

    private SingleInputResponse get(Caller caller, GetInputRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            LabelledImage image = Inputs.find(connection, tenant, request.getInputId())
                    .orElseThrow(() -> noInput(request.getInputId()));
            return SingleInputResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setInput(message(image))
                    .build();
        });
    }

    private SingleInputCountResponse count(Caller caller, GetInputCountRequest request) {
        long count = database.inTransaction(
                connection -> Inputs.count(connection, Tenants.app(caller, request.getUserAppId())));
        return SingleInputCountResponse.newBuilder()
                .setStatus(Answers.ok())
                .setCounts(InputCount.newBuilder().setProcessed(Math.toIntExact(count)))
                .build();
    }

    private BaseResponse delete(Caller caller, DeleteInputRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            if (Inputs.delete(connection, tenant, List.of(request.getInputId())) == 0) {
                throw noInput(request.getInputId());
            }
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    /** An empty list deletes nothing: a published client sends one when there is nothing to delete. */
    private BaseResponse deleteSome(Caller caller, DeleteInputsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            if (request.getDeleteAll()) {
                Inputs.deleteAll(connection, tenant);
            } else {
                Inputs.delete(connection, tenant, request.getIdsList());
            }
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    private static Refusal noInput(String id) {
        return new Refusal(StatusCode.DOES_NOT_EXIST, "Input '%s' does not exist".formatted(id));
    }

    private static Input message(LabelledImage image) {
        Data.Builder data = Data.newBuilder().setImage(Image.newBuilder().setUrl(image.url()));
        for (Label label : image.labels()) {
            data.addConcepts(Concept.newBuilder()
                    .setId(label.conceptId())
                    .setName(label.conceptId())
                    .setValue(label.positive() ? 1 : 0));
        }
        Struct.Builder metadata = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(image.metadata(), metadata);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the metadata of input %s is no object".formatted(image.id()), e);
        }
        if (metadata.getFieldsCount() > 0) {
            data.setMetadata(metadata);
        }
        return Input.newBuilder()
                .setId(image.id())
                .setData(data)
                .setCreatedAt(Times.stamp(image.createdAt()))
                .setModifiedAt(Times.stamp(image.createdAt()))
                .setStatus(Answers.of(StatusCode.INPUT_DOWNLOAD_SUCCESS, ""))
                .build();
    }
}
