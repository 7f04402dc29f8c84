package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Annotations;
import io.deeptrain.api.adapter.postgres.Annotations.Wanted;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.annotation.Annotation;
import io.deeptrain.api.annotation.Contents;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.DeleteAnnotationRequest;
import io.deeptrain.contract.DeleteAnnotationsRequest;
import io.deeptrain.contract.GetAnnotationRequest;
import io.deeptrain.contract.ListAnnotationsRequest;
import io.deeptrain.contract.MultiAnnotationResponse;
import io.deeptrain.contract.PatchAnnotationsRequest;
import io.deeptrain.contract.PostAnnotationsRequest;
import io.deeptrain.contract.SingleAnnotationResponse;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Calls about annotations. One that cannot be kept is refused by itself; the others of the call are kept. */
@ApplicationScoped
class AnnotationCalls {
    private static final int ANNOTATIONS_MAX = 128;

    private final Database database;

    AnnotationCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostAnnotations", PostAnnotationsRequest.class, this::post)
                .answer("ListAnnotations", ListAnnotationsRequest.class, this::list)
                .answer("GetAnnotation", GetAnnotationRequest.class, this::get)
                .answer("PatchAnnotations", PatchAnnotationsRequest.class, this::patch)
                .answer("DeleteAnnotation", DeleteAnnotationRequest.class, this::delete)
                .answer("DeleteAnnotations", DeleteAnnotationsRequest.class, this::deleteSome);
    }

    /** One posted annotation and what became of it. */
    private sealed interface Outcome {
        record Said(Annotation annotation) implements Outcome {}

        record Refused(io.deeptrain.contract.Annotation posted, Status status) implements Outcome {}
    }

    private MultiAnnotationResponse post(Caller caller, PostAnnotationsRequest request) {
        requireCount(request.getAnnotationsCount());
        Instant now = Times.now();
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Set<String> inputs = held(connection, tenant, request.getAnnotationsList());
            Set<String> taken = new HashSet<>(Annotations.taken(
                    connection,
                    tenant,
                    request.getAnnotationsList().stream()
                            .map(io.deeptrain.contract.Annotation::getId)
                            .toList()));
            List<Outcome> outcomes = new ArrayList<>();
            for (io.deeptrain.contract.Annotation posted : request.getAnnotationsList()) {
                outcomes.add(outcome(posted, () -> {
                    Annotation annotation = fresh(posted, inputs, now);
                    if (!taken.add(annotation.id())) {
                        throw new Refusal(
                                StatusCode.DUPLICATE_KEY,
                                "id is '%s', which another annotation has".formatted(annotation.id()));
                    }
                    return annotation;
                }));
            }
            keep(connection, tenant, request.getAnnotationsList(), outcomes, now);
            return answer(connection, tenant, outcomes);
        });
    }

    private static Annotation fresh(io.deeptrain.contract.Annotation posted, Set<String> inputs, Instant now) {
        if (!inputs.contains(posted.getInputId())) {
            throw new Refusal(
                    StatusCode.INPUT_DOES_NOT_EXIST,
                    "input_id is '%s' but must be the id of an input of this app".formatted(posted.getInputId()));
        }
        Contents contents = InputMessages.contents(posted.getData());
        if (contents.isEmpty()) {
            throw new Refusal(
                    StatusCode.ANNOTATION_INVALID, "data has neither concepts nor regions but must have some of them");
        }
        return Annotation.of(
                Ids.givenOrFresh("id", posted.getId()),
                posted.getInputId(),
                false,
                contents,
                info(posted.getAnnotationInfo()),
                now);
    }

    private MultiAnnotationResponse patch(Caller caller, PatchAnnotationsRequest request) {
        requireCount(request.getAnnotationsCount());
        PatchAction action = Actions.of(request.getAction(), StatusCode.ANNOTATION_INVALID);
        Instant now = Times.now();
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            held(connection, tenant, request.getAnnotationsList());
            Map<String, Annotation> known = new LinkedHashMap<>();
            Annotations.find(
                            connection,
                            tenant,
                            request.getAnnotationsList().stream()
                                    .map(io.deeptrain.contract.Annotation::getId)
                                    .toList())
                    .forEach(annotation -> known.put(annotation.id(), annotation));
            List<Outcome> outcomes = new ArrayList<>();
            for (io.deeptrain.contract.Annotation posted : request.getAnnotationsList()) {
                Outcome outcome = outcome(
                        posted, () -> patched(Optional.ofNullable(known.get(posted.getId())), posted, action, now));
                if (outcome instanceof Outcome.Said(Annotation annotation)) {
                    known.put(annotation.id(), annotation);
                }
                outcomes.add(outcome);
            }
            keep(connection, tenant, request.getAnnotationsList(), outcomes, now);
            if (request.getDeleteIfEmptyData()) {
                Annotations.delete(
                        connection,
                        tenant,
                        known.values().stream()
                                .filter(Annotation::isEmpty)
                                .map(Annotation::id)
                                .toList());
            }
            return answer(connection, tenant, outcomes);
        });
    }

    private static Annotation patched(
            Optional<Annotation> known, io.deeptrain.contract.Annotation posted, PatchAction action, Instant now) {
        Annotation before = known.filter(annotation -> annotation.inputId().equals(posted.getInputId()))
                .orElseThrow(() -> noAnnotation(posted.getInputId(), posted.getId()));
        Contents contents = action == PatchAction.REMOVE
                ? InputMessages.named(posted.getData())
                : InputMessages.contents(posted.getData());
        Annotation after = before.patched(action, contents, now);
        return posted.hasAnnotationInfo()
                ? after.withInfo(
                        info(Metadata.patched(Metadata.read(before.info()), action, posted.getAnnotationInfo())), now)
                : after;
    }

    /** Whoever changes what is said of an input holds the input. */
    private static Set<String> held(
            Connection connection, Tenant tenant, List<io.deeptrain.contract.Annotation> annotations)
            throws SQLException {
        return Inputs.hold(
                connection,
                tenant,
                annotations.stream()
                        .map(io.deeptrain.contract.Annotation::getInputId)
                        .toList());
    }

    private interface Attempt {
        Annotation make();
    }

    private static Outcome outcome(io.deeptrain.contract.Annotation posted, Attempt attempt) {
        try {
            return new Outcome.Said(attempt.make());
        } catch (Refusal refusal) {
            StatusCode code =
                    refusal.status() == StatusCode.INPUT_INVALID ? StatusCode.ANNOTATION_INVALID : refusal.status();
            return new Outcome.Refused(posted, Answers.of(code, refusal.details()));
        }
    }

    private static void keep(
            Connection connection,
            Tenant tenant,
            List<io.deeptrain.contract.Annotation> posted,
            List<Outcome> outcomes,
            Instant now)
            throws SQLException {
        Map<String, StoredConcept> concepts = new TreeMap<>();
        Map<String, Annotation> annotations = new LinkedHashMap<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Said(Annotation annotation)) {
                annotations.put(annotation.id(), annotation);
                for (Concept concept : InputMessages.concepts(posted.get(i).getData())) {
                    concepts.putIfAbsent(concept.getId(), ConceptCalls.of(concept, now));
                }
            }
        }
        Concepts.insert(connection, tenant, concepts.values());
        Annotations.save(connection, tenant, annotations.values());
        Annotations.relabel(
                connection,
                tenant,
                annotations.values().stream().map(Annotation::inputId).toList());
    }

    private static MultiAnnotationResponse answer(Connection connection, Tenant tenant, List<Outcome> outcomes)
            throws SQLException {
        List<Annotation> said = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.Said(Annotation annotation)) {
                said.add(annotation);
            }
        }
        InputMessages.Names names = names(connection, tenant, said);
        MultiAnnotationResponse.Builder answer = MultiAnnotationResponse.newBuilder();
        for (Outcome outcome : outcomes) {
            switch (outcome) {
                case Outcome.Said(Annotation annotation) -> answer.addAnnotations(message(tenant, annotation, names));
                case Outcome.Refused(io.deeptrain.contract.Annotation posted, Status status) ->
                    answer.addAnnotations(posted.toBuilder().setStatus(status));
            }
        }
        return answer.setStatus(overall(said.size(), outcomes.size())).build();
    }

    private static Status overall(int done, int all) {
        if (done == all) {
            return Answers.ok();
        }
        return done == 0
                ? Answers.of(StatusCode.FAILURE, "None of the annotations was kept; the status of each says why")
                : Answers.of(
                        StatusCode.MIXED_STATUS,
                        "%d of %d annotations were kept; the status of the others says why".formatted(done, all));
    }

    private MultiAnnotationResponse list(Caller caller, ListAnnotationsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            List<Integer> statuses =
                    request.getStatusesList().stream().map(Status::getCode).toList();
            // Every annotation that is kept is ready.
            List<Annotation> found = !statuses.isEmpty() && !statuses.contains(StatusCode.ANNOTATION_OK.code())
                    ? List.of()
                    : Annotations.list(
                                    connection,
                                    tenant,
                                    new Wanted(request.getIdsList(), request.getInputIdsList()),
                                    Page.of(caller, request.getPage(), request.getPerPage()))
                            .shownTo(caller);
            InputMessages.Names names = names(connection, tenant, found);
            return MultiAnnotationResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllAnnotations(found.stream()
                            .map(annotation -> message(tenant, annotation, names))
                            .toList())
                    .build();
        });
    }

    private SingleAnnotationResponse get(Caller caller, GetAnnotationRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Annotation found = Annotations.find(connection, tenant, request.getInputId(), request.getAnnotationId())
                    .orElseThrow(() -> noAnnotation(request.getInputId(), request.getAnnotationId()));
            return SingleAnnotationResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setAnnotation(message(tenant, found, names(connection, tenant, List.of(found))))
                    .build();
        });
    }

    private BaseResponse delete(Caller caller, DeleteAnnotationRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Inputs.hold(connection, tenant, List.of(request.getInputId()));
            Annotation found = Annotations.find(connection, tenant, request.getInputId(), request.getAnnotationId())
                    .orElseThrow(() -> noAnnotation(request.getInputId(), request.getAnnotationId()));
            forget(connection, tenant, List.of(found));
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    /** By ids, of these inputs if any are named; or all of these inputs. Two empty lists delete nothing. */
    private BaseResponse deleteSome(Caller caller, DeleteAnnotationsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Set<String> inputIds = new TreeSet<>(request.getInputIdsList());
            if (inputIds.isEmpty()) {
                Annotations.find(connection, tenant, request.getIdsList())
                        .forEach(annotation -> inputIds.add(annotation.inputId()));
            }
            Inputs.hold(connection, tenant, inputIds);
            List<Annotation> found = Annotations.of(connection, tenant, inputIds).values().stream()
                    .flatMap(Collection::stream)
                    .filter(annotation ->
                            request.getIdsCount() == 0 || request.getIdsList().contains(annotation.id()))
                    .toList();
            forget(connection, tenant, found);
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    private static void forget(Connection connection, Tenant tenant, List<Annotation> annotations) throws SQLException {
        Annotations.delete(
                connection, tenant, annotations.stream().map(Annotation::id).toList());
        Annotations.relabel(
                connection,
                tenant,
                annotations.stream().map(Annotation::inputId).toList());
    }

    private static void requireCount(int count) {
        if (count == 0 || count > ANNOTATIONS_MAX) {
            throw new Refusal(
                    StatusCode.ANNOTATION_INVALID,
                    "annotations holds %d annotations but must hold 1 to %d".formatted(count, ANNOTATIONS_MAX));
        }
    }

    private static Refusal noAnnotation(String inputId, String id) {
        return new Refusal(
                StatusCode.DOES_NOT_EXIST, "Annotation '%s' of input '%s' does not exist".formatted(id, inputId));
    }

    private static String info(Struct info) {
        return Metadata.written("annotation_info", info);
    }

    private static InputMessages.Names names(Connection connection, Tenant tenant, List<Annotation> annotations)
            throws SQLException {
        Set<String> ids = new TreeSet<>();
        annotations.forEach(
                annotation -> ids.addAll(InputMessages.conceptIds(annotation.labels(), annotation.regions())));
        return InputMessages.Names.of(connection, tenant, ids);
    }

    private static io.deeptrain.contract.Annotation message(
            Tenant tenant, Annotation annotation, InputMessages.Names names) {
        Data.Builder data = Data.newBuilder();
        InputMessages.says(data, annotation.labels(), annotation.regions(), names);
        io.deeptrain.contract.Annotation.Builder message = io.deeptrain.contract.Annotation.newBuilder()
                .setId(annotation.id())
                .setInputId(annotation.inputId())
                .setData(data)
                .setInputLevel(annotation.inputLevel())
                .setUserId(tenant.userId())
                .setCreatedAt(Times.stamp(annotation.createdAt()))
                .setModifiedAt(Times.stamp(annotation.modifiedAt()))
                .setStatus(Answers.of(StatusCode.ANNOTATION_OK, ""));
        Struct info = Metadata.read(annotation.info());
        if (info.getFieldsCount() > 0) {
            message.setAnnotationInfo(info);
        }
        return message.build();
    }
}
