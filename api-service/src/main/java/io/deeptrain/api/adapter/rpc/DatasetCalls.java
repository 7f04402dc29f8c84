package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.Datasets.Member;
import io.deeptrain.api.adapter.postgres.Datasets.StoredDataset;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.rpc.Tenants.Reach;
import io.deeptrain.api.dataset.DatasetOrder;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.AddToDataset;
import io.deeptrain.contract.BulkOperation;
import io.deeptrain.contract.Dataset;
import io.deeptrain.contract.DatasetInput;
import io.deeptrain.contract.DeleteDatasetInputsRequest;
import io.deeptrain.contract.DeleteDatasetsRequest;
import io.deeptrain.contract.GetDatasetRequest;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.ListDatasetInputsRequest;
import io.deeptrain.contract.ListDatasetsRequest;
import io.deeptrain.contract.MultiDatasetInputResponse;
import io.deeptrain.contract.MultiDatasetResponse;
import io.deeptrain.contract.Operation;
import io.deeptrain.contract.PatchDatasetsRequest;
import io.deeptrain.contract.PostDatasetInputsRequest;
import io.deeptrain.contract.PostDatasetsRequest;
import io.deeptrain.contract.SingleDatasetResponse;
import io.deeptrain.contract.Visibility;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Calls about datasets and the inputs in them. */
@ApplicationScoped
class DatasetCalls {
    private static final int DATASETS_MAX = 128;
    private static final int INPUTS_MAX = 1000;

    private final Database database;

    DatasetCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostDatasets", PostDatasetsRequest.class, this::post)
                .answer("ListDatasets", ListDatasetsRequest.class, this::list)
                .answer("GetDataset", GetDatasetRequest.class, this::get)
                .answer("PatchDatasets", PatchDatasetsRequest.class, this::patch)
                .answer("DeleteDatasets", DeleteDatasetsRequest.class, this::delete)
                .answer("PostDatasetInputs", PostDatasetInputsRequest.class, this::postInputs)
                .answer("ListDatasetInputs", ListDatasetInputsRequest.class, this::listInputs)
                .answer("DeleteDatasetInputs", DeleteDatasetInputsRequest.class, this::deleteInputs);
    }

    private MultiDatasetResponse post(Caller caller, PostDatasetsRequest request) {
        requireCount("datasets", request.getDatasetsCount(), DATASETS_MAX);
        Instant now = Times.now();
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiDatasetResponse.Builder answer =
                    MultiDatasetResponse.newBuilder().setStatus(Answers.ok());
            for (Dataset posted : request.getDatasetsList()) {
                StoredDataset dataset = new StoredDataset(
                        Ids.givenOrFresh("datasets.id", posted.getId()),
                        posted.getDescription(),
                        posted.getNotes(),
                        Metadata.written("datasets.metadata", posted.getMetadata()),
                        posted.getVisibility().getGettableValue(),
                        now,
                        now);
                if (!Datasets.insert(tenant, dataset)) {
                    throw new Refusal(StatusCode.DUPLICATE_KEY, "Dataset '%s' exists already".formatted(dataset.id()));
                }
                answer.addDatasets(message(tenant, dataset));
            }
            return answer.build();
        });
    }

    /** Without a wish the one that was changed last comes first. */
    private MultiDatasetResponse list(Caller caller, ListDatasetsRequest request) {
        DatasetOrder order = new DatasetOrder(
                request.getSortByCreatedAt() ? DatasetOrder.By.CREATION : DatasetOrder.By.CHANGE,
                request.getSortAscending());
        return database.inTransaction(_ -> {
            Reach reach = Tenants.reach(caller, request.getUserAppId());
            return MultiDatasetResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllDatasets(Datasets.list(
                                    reach.userId(),
                                    reach.appId(),
                                    request.getSearch(),
                                    order,
                                    Page.of(caller, request.getPage(), request.getPerPage()))
                            .shownTo(caller)
                            .stream()
                            .map(owned -> message(owned.tenant(), owned.dataset()))
                            .toList())
                    .build();
        });
    }

    private SingleDatasetResponse get(Caller caller, GetDatasetRequest request) {
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            return SingleDatasetResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setDataset(message(tenant, found(tenant, request.getDatasetId())))
                    .build();
        });
    }

    private MultiDatasetResponse patch(Caller caller, PatchDatasetsRequest request) {
        requireCount("datasets", request.getDatasetsCount(), DATASETS_MAX);
        PatchAction action = Actions.of(request.getAction(), StatusCode.BAD_REQUEST_FORMAT);
        Instant now = Times.now();
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiDatasetResponse.Builder answer =
                    MultiDatasetResponse.newBuilder().setStatus(Answers.ok());
            for (Dataset patch : request.getDatasetsList()) {
                StoredDataset patched = patched(found(tenant, patch.getId()), action, patch, now);
                Datasets.update(tenant, patched);
                answer.addDatasets(message(tenant, patched));
            }
            return answer.build();
        });
    }

    private static StoredDataset patched(StoredDataset known, PatchAction action, Dataset patch, Instant now) {
        Struct metadata = Metadata.read(known.metadata());
        return new StoredDataset(
                known.id(),
                patched(known.description(), action, patch.getDescription()),
                patched(known.notes(), action, patch.getNotes()),
                patch.hasMetadata()
                        ? Metadata.written("datasets.metadata", Metadata.patched(metadata, action, patch.getMetadata()))
                        : known.metadata(),
                patch.hasVisibility() ? patch.getVisibility().getGettableValue() : known.visibility(),
                known.createdAt(),
                now);
    }

    /** A text that is not named stays; one that is removed is empty. */
    private static String patched(String known, PatchAction action, String patch) {
        return patch.isEmpty() ? known : action == PatchAction.REMOVE ? "" : patch;
    }

    /** An empty list deletes nothing. */
    private BaseResponse delete(Caller caller, DeleteDatasetsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Datasets.delete(connection, tenant, request.getDatasetIdsList());
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    /** An input that is in the dataset already stays in it, which is no failure. */
    private MultiDatasetInputResponse postInputs(Caller caller, PostDatasetInputsRequest request) {
        if (request.hasSearch()) {
            return postFound(caller, request);
        }
        requireCount("dataset_inputs", request.getDatasetInputsCount(), INPUTS_MAX);
        Instant now = Times.now();
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String datasetId = found(tenant, request.getDatasetId()).id();
            List<String> ids = request.getDatasetInputsList().stream()
                    .map(posted -> posted.getInput().getId())
                    .toList();
            // Held, so that none of them goes away between being found and being answered.
            Set<String> there = Inputs.hold(connection, tenant, ids);
            Datasets.add(connection, tenant, datasetId, ids, now);
            return added(connection, tenant, ids, there, now);
        });
    }

    /** Adds all that a search finds, which is a change to many inputs like any other. */
    private MultiDatasetInputResponse postFound(Caller caller, PostDatasetInputsRequest request) {
        if (request.getDatasetInputsCount() > 0) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "dataset_inputs and search are both there but only one of them can be");
        }
        BulkOperation asked = BulkOperation.newBuilder()
                .setSearch(request.getSearch())
                .setOperation(Operation.newBuilder()
                        .setAddToDataset(AddToDataset.newBuilder().setDatasetId(request.getDatasetId())))
                .build();
        return database.inTransaction(connection -> MultiDatasetInputResponse.newBuilder()
                .setStatus(Answers.ok())
                .setBulkOperation(
                        BulkCalls.done(connection, Tenants.app(caller, request.getUserAppId()), asked, Times.now()))
                .build());
    }

    private static MultiDatasetInputResponse added(
            Connection connection, Tenant tenant, List<String> ids, Set<String> there, Instant now)
            throws SQLException {
        Map<String, Input> inputs = new HashMap<>();
        InputMessages.of(connection, tenant, Inputs.find(connection, tenant, there))
                .forEach(input -> inputs.put(input.getId(), input));
        List<DatasetInput> answers = new ArrayList<>();
        long kept = 0;
        for (String id : ids) {
            if (there.contains(id)) {
                kept++;
                answers.add(DatasetInput.newBuilder()
                        .setInput(Objects.requireNonNull(inputs.get(id)))
                        .setCreatedAt(Times.stamp(now))
                        .build());
            } else {
                answers.add(DatasetInput.newBuilder()
                        .setInput(Input.newBuilder()
                                .setId(id)
                                .setStatus(Answers.of(
                                        StatusCode.INPUT_DOES_NOT_EXIST,
                                        "dataset_inputs.input.id is '%s' but must be the id of an input of this app"
                                                .formatted(id))))
                        .build());
            }
        }
        Status status = kept == ids.size()
                ? Answers.ok()
                : Answers.of(
                        kept == 0 ? StatusCode.FAILURE : StatusCode.MIXED_STATUS,
                        "%d of %d inputs are in the dataset; the status of the others says why"
                                .formatted(kept, ids.size()));
        return MultiDatasetInputResponse.newBuilder()
                .setStatus(status)
                .addAllDatasetInputs(answers)
                .build();
    }

    private MultiDatasetInputResponse listInputs(Caller caller, ListDatasetInputsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String datasetId = found(tenant, request.getDatasetId()).id();
            Page page = Page.of(caller, request.getPage(), request.getPerPage());
            List<Member> members = Datasets.inputs(connection, tenant, datasetId, page);
            if (members.size() == page.size()) {
                String last = members.getLast().image().id();
                caller.paging().goesOnAfter(Mark.at(Datasets.position(connection, tenant, datasetId, last)));
            }
            List<Input> inputs = InputMessages.of(
                    connection, tenant, members.stream().map(Member::image).toList());
            MultiDatasetInputResponse.Builder answer =
                    MultiDatasetInputResponse.newBuilder().setStatus(Answers.ok());
            for (int i = 0; i < members.size(); i++) {
                answer.addDatasetInputs(DatasetInput.newBuilder()
                        .setInput(inputs.get(i))
                        .setCreatedAt(Times.stamp(members.get(i).since())));
            }
            return answer.build();
        });
    }

    private BaseResponse deleteInputs(Caller caller, DeleteDatasetInputsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Datasets.remove(
                    connection, tenant, found(tenant, request.getDatasetId()).id(), request.getInputIdsList());
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    static StoredDataset found(Tenant tenant, String id) {
        return Datasets.find(tenant, id)
                .orElseThrow(() -> new Refusal(StatusCode.DOES_NOT_EXIST, "Dataset '%s' does not exist".formatted(id)));
    }

    private static void requireCount(String what, int count, int max) {
        if (count == 0 || count > max) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "%s holds %d entries but must hold 1 to %d".formatted(what, count, max));
        }
    }

    private static Dataset message(Tenant tenant, StoredDataset dataset) {
        Dataset.Builder message = Dataset.newBuilder()
                .setId(dataset.id())
                .setAppId(tenant.appId())
                .setUserId(tenant.userId())
                .setDescription(dataset.description())
                .setNotes(dataset.notes())
                .setCreatedAt(Times.stamp(dataset.createdAt()))
                .setModifiedAt(Times.stamp(dataset.modifiedAt()));
        if (dataset.visibility() != 0) {
            message.setVisibility(Visibility.newBuilder().setGettableValue(dataset.visibility()));
        }
        Struct metadata = Metadata.read(dataset.metadata());
        if (metadata.getFieldsCount() > 0) {
            message.setMetadata(metadata);
        }
        return message.build();
    }
}
