package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Searches;
import io.deeptrain.api.adapter.rpc.InputChanges.Patch;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.BulkOperation;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.MultiBulkOperationsResponse;
import io.deeptrain.contract.Operation;
import io.deeptrain.contract.PostBulkOperationsRequest;
import io.deeptrain.contract.Progress;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The call that makes one change to many inputs. All operations of a call are done when it is answered, or none. */
@ApplicationScoped
class BulkCalls {
    static final int OPERATIONS_MAX = 10;

    /** As many as are held and changed in one transaction. */
    static final int INPUTS_MAX = 10_000;

    private final Database database;

    BulkCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostBulkOperations", PostBulkOperationsRequest.class, this::post);
    }

    private MultiBulkOperationsResponse post(Caller caller, PostBulkOperationsRequest request) {
        int count = request.getBulkOperationsCount();
        if (count == 0 || count > OPERATIONS_MAX) {
            throw invalid("bulk_operations holds %d operations but must hold 1 to %d".formatted(count, OPERATIONS_MAX));
        }
        Instant now = Times.now();
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiBulkOperationsResponse.Builder answer =
                    MultiBulkOperationsResponse.newBuilder().setStatus(Answers.ok());
            for (BulkOperation asked : request.getBulkOperationsList()) {
                answer.addBulkOperation(done(connection, tenant, asked, now));
            }
            return answer.build();
        });
    }

    static BulkOperation done(Connection connection, Tenant tenant, BulkOperation asked, Instant now)
            throws SQLException {
        List<String> targets = targets(connection, tenant, asked);
        Set<String> held = Inputs.hold(connection, tenant, targets);
        if (asked.hasInputIds()) {
            targets.stream().filter(id -> !held.contains(id)).findFirst().ifPresent(id -> {
                throw invalid("input_ids.input_ids is '%s' but must be the id of an input of this app".formatted(id));
            });
        }
        apply(connection, tenant, asked.getOperation(), held, now);
        return asked.toBuilder()
                .setId(Ids.givenOrFresh("bulk_operations.id", asked.getId()))
                .setAppId(tenant.appId())
                .setCreatedBy(tenant.userId())
                .setCreatedAt(Times.stamp(now))
                .setLastModifiedAt(Times.stamp(now))
                .setStatus(Answers.of(StatusCode.BULK_OPERATION_DONE, ""))
                .setProgress(Progress.newBuilder()
                        .setProcessed(held.size())
                        .setLastProcessedId(held.stream().reduce("", (_, last) -> last)))
                .build();
    }

    private static List<String> targets(Connection connection, Tenant tenant, BulkOperation asked) throws SQLException {
        int named = (asked.hasInputIds() ? 1 : 0) + (asked.hasSearch() ? 1 : 0) + (asked.hasDataset() ? 1 : 0);
        if (named != 1) {
            throw invalid("bulk_operations names %d of input_ids, search and dataset but must name exactly one"
                    .formatted(named));
        }
        List<String> ids;
        if (asked.hasInputIds()) {
            ids = asked.getInputIds().getInputIdsList().stream().distinct().toList();
        } else if (asked.hasSearch()) {
            ids = Searches.ids(
                    connection, tenant, SearchMessages.read(connection, tenant, asked.getSearch()), INPUTS_MAX + 1);
        } else {
            String dataset =
                    DatasetCalls.found(tenant, asked.getDataset().getId()).id();
            ids = Datasets.inputIds(connection, tenant, dataset, INPUTS_MAX + 1);
        }
        if (ids.size() > INPUTS_MAX) {
            throw invalid("bulk_operations is about more than %d inputs; make it about fewer at a time"
                    .formatted(INPUTS_MAX));
        }
        return ids;
    }

    private static void apply(Connection connection, Tenant tenant, Operation operation, Set<String> ids, Instant now)
            throws SQLException {
        int named = operation.getAllFields().size();
        if (named != 1) {
            throw invalid("bulk_operations.operation names %d changes but must name exactly one".formatted(named));
        }
        if (operation.hasAddConcepts()) {
            List<Concept> concepts = operation.getAddConcepts().getConceptsList();
            Data data = Data.newBuilder().addAllConcepts(concepts).build();
            change(
                    connection,
                    tenant,
                    PatchAction.MERGE,
                    ids,
                    Patch.contents(InputMessages.contents(data), concepts),
                    now);
        } else if (operation.hasDeleteConcepts()) {
            Data data = Data.newBuilder()
                    .addAllConcepts(operation.getDeleteConcepts().getConceptsList())
                    .build();
            Patch patch = Patch.contents(InputMessages.contents(data), List.of());
            change(connection, tenant, PatchAction.REMOVE, ids, patch, now);
        } else if (operation.hasAddMetadata()) {
            Patch patch = Patch.metadata(operation.getAddMetadata().getMetadata());
            change(connection, tenant, PatchAction.MERGE, ids, patch, now);
        } else if (operation.hasDeleteMetadata()) {
            Patch patch = Patch.metadata(operation.getDeleteMetadata().getMetadata());
            change(connection, tenant, PatchAction.REMOVE, ids, patch, now);
        } else if (operation.hasAddToDataset()) {
            String dataset = DatasetCalls.found(
                            tenant, operation.getAddToDataset().getDatasetId())
                    .id();
            Datasets.add(connection, tenant, dataset, ids, now);
        } else {
            String dataset = DatasetCalls.found(
                            tenant, operation.getDeleteFromDataset().getDatasetId())
                    .id();
            Datasets.remove(connection, tenant, dataset, ids);
        }
    }

    private static void change(
            Connection connection, Tenant tenant, PatchAction action, Set<String> ids, Patch patch, Instant now)
            throws SQLException {
        Map<String, Patch> patches = new LinkedHashMap<>();
        ids.forEach(id -> patches.put(id, patch));
        InputChanges.apply(connection, tenant, action, patches, now);
    }

    private static Refusal invalid(String details) {
        return new Refusal(StatusCode.BULK_OPERATION_INVALID_REQUEST, details);
    }
}
