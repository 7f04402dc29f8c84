package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.search.NamePattern;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.GetConceptRequest;
import io.deeptrain.contract.ListConceptsRequest;
import io.deeptrain.contract.MultiConceptResponse;
import io.deeptrain.contract.PatchConceptsRequest;
import io.deeptrain.contract.PostConceptsRequest;
import io.deeptrain.contract.PostConceptsSearchesRequest;
import io.deeptrain.contract.SingleConceptResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Calls about concepts. */
@ApplicationScoped
class ConceptCalls {
    private static final int CONCEPTS_MAX = 128;
    private static final int NAME_PATTERN_MAX = 256;

    private final Database database;

    ConceptCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostConcepts", PostConceptsRequest.class, this::post)
                .answer("ListConcepts", ListConceptsRequest.class, this::list)
                .answer("GetConcept", GetConceptRequest.class, this::get)
                .answer("PatchConcepts", PatchConceptsRequest.class, this::patch)
                .answer("PostConceptsSearches", PostConceptsSearchesRequest.class, this::search);
    }

    private MultiConceptResponse post(Caller caller, PostConceptsRequest request) {
        if (request.getConceptsCount() == 0) {
            throw new Refusal(
                    StatusCode.CONCEPTS_INVALID_REQUEST, "concepts is empty but must hold at least one concept");
        }
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiConceptResponse.Builder answer =
                    MultiConceptResponse.newBuilder().setStatus(Answers.ok());
            Instant now = Times.now();
            for (Concept posted : request.getConceptsList()) {
                StoredConcept concept = of(posted, now);
                if (!Concepts.insert(connection, tenant, List.of(concept))) {
                    throw new Refusal(StatusCode.DUPLICATE_KEY, "Concept '%s' exists already".formatted(concept.id()));
                }
                answer.addConcepts(message(tenant, concept));
            }
            return answer.build();
        });
    }

    private MultiConceptResponse list(Caller caller, ListConceptsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            return MultiConceptResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllConcepts(
                            Concepts.list(connection, tenant, Page.of(caller, request.getPage(), request.getPerPage()))
                                    .shownTo(caller)
                                    .stream()
                                    .map(concept -> message(tenant, concept))
                                    .toList())
                    .build();
        });
    }

    /** A name is all that can be changed: to merge it and to overwrite it is the same, and it cannot be removed. */
    private MultiConceptResponse patch(Caller caller, PatchConceptsRequest request) {
        if (request.getConceptsCount() == 0 || request.getConceptsCount() > CONCEPTS_MAX) {
            throw new Refusal(
                    StatusCode.CONCEPTS_INVALID_REQUEST,
                    "concepts holds %d concepts but must hold 1 to %d"
                            .formatted(request.getConceptsCount(), CONCEPTS_MAX));
        }
        if (Actions.of(request.getAction(), StatusCode.CONCEPTS_INVALID_REQUEST) == PatchAction.REMOVE) {
            throw new Refusal(
                    StatusCode.CONCEPTS_INVALID_REQUEST,
                    "action is 'remove' but must be one of overwrite, merge, for a concept always has a name");
        }
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiConceptResponse.Builder answer =
                    MultiConceptResponse.newBuilder().setStatus(Answers.ok());
            // In the order of ids, or two of these could wait for each other.
            Map<String, Concept> patches = new TreeMap<>();
            request.getConceptsList().forEach(concept -> patches.put(concept.getId(), concept));
            for (Concept patch : patches.values()) {
                if (!patch.getName().isEmpty()) {
                    Concepts.rename(connection, tenant, patch.getId(), Ids.checked("concepts.name", patch.getName()));
                }
            }
            for (Concept patch : request.getConceptsList()) {
                answer.addConcepts(message(tenant, found(connection, tenant, patch.getId())));
            }
            return answer.build();
        });
    }

    private MultiConceptResponse search(Caller caller, PostConceptsSearchesRequest request) {
        String name = request.getConceptQuery().getName();
        if (name.length() > NAME_PATTERN_MAX) {
            throw new Refusal(
                    StatusCode.SEARCH_INVALID_REQUEST,
                    "concept_query.name has %d characters but must have at most %d"
                            .formatted(name.length(), NAME_PATTERN_MAX));
        }
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Page page = Page.of(
                    caller,
                    request.getPagination().getPage(),
                    request.getPagination().getPerPage());
            return MultiConceptResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllConcepts(
                            Concepts.search(connection, tenant, new NamePattern(name).ofLike(), page)
                                    .shownTo(caller)
                                    .stream()
                                    .map(concept -> message(tenant, concept))
                                    .toList())
                    .build();
        });
    }

    private static StoredConcept found(Connection connection, Tenant tenant, String id) throws SQLException {
        return Concepts.find(connection, tenant, id)
                .orElseThrow(() -> new Refusal(StatusCode.DOES_NOT_EXIST, "Concept '%s' does not exist".formatted(id)));
    }

    private SingleConceptResponse get(Caller caller, GetConceptRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredConcept concept = found(connection, tenant, request.getConceptId());
            return SingleConceptResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setConcept(message(tenant, concept))
                    .build();
        });
    }

    static StoredConcept of(Concept posted, Instant now) {
        String id = Ids.checked("concepts.id", posted.getId());
        return new StoredConcept(id, posted.getName().isEmpty() ? id : posted.getName(), now);
    }

    private static Concept message(Tenant tenant, StoredConcept concept) {
        return Concept.newBuilder()
                .setId(concept.id())
                .setName(concept.name())
                .setValue(1)
                .setAppId(tenant.appId())
                .setUserId(tenant.userId())
                .setCreatedAt(Times.stamp(concept.createdAt()))
                .build();
    }
}
