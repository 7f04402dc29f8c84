package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.GetConceptRequest;
import io.deeptrain.contract.ListConceptsRequest;
import io.deeptrain.contract.MultiConceptResponse;
import io.deeptrain.contract.PostConceptsRequest;
import io.deeptrain.contract.SingleConceptResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** Calls about concepts. */
@ApplicationScoped
class ConceptCalls {
    private final Database database;

    ConceptCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostConcepts", PostConceptsRequest.class, this::post)
                .answer("ListConcepts", ListConceptsRequest.class, this::list)
                .answer("GetConcept", GetConceptRequest.class, this::get);
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
            Instant now = Instant.now();
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
                            Concepts.list(connection, tenant, Page.of(request.getPage(), request.getPerPage())).stream()
                                    .map(concept -> message(tenant, concept))
                                    .toList())
                    .build();
        });
    }

    private SingleConceptResponse get(Caller caller, GetConceptRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredConcept concept = Concepts.find(connection, tenant, request.getConceptId())
                    .orElseThrow(() -> new Refusal(
                            StatusCode.DOES_NOT_EXIST,
                            "Concept '%s' does not exist".formatted(request.getConceptId())));
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
