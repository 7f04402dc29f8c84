package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.template.TemplateCatalogue;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.DeleteModelRequest;
import io.deeptrain.contract.DeleteModelsRequest;
import io.deeptrain.contract.GetModelRequest;
import io.deeptrain.contract.ListModelsRequest;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.MultiModelResponse;
import io.deeptrain.contract.PostModelsRequest;
import io.deeptrain.contract.SingleModelResponse;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Calls about models. */
@ApplicationScoped
class ModelCalls {
    private final Database database;
    private final FinalCharges finalCharges;

    ModelCalls(Database database, FinalCharges finalCharges) {
        this.database = database;
        this.finalCharges = finalCharges;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostModels", PostModelsRequest.class, this::post)
                .answer("ListModels", ListModelsRequest.class, this::list)
                .answer("GetModel", GetModelRequest.class, this::get)
                .answer("GetModelOutputInfo", GetModelRequest.class, this::get)
                .answer("DeleteModel", DeleteModelRequest.class, this::delete)
                .answer("DeleteModels", DeleteModelsRequest.class, this::deleteSome);
    }

    private SingleModelResponse post(Caller caller, PostModelsRequest request) {
        Model posted = posted(request);
        String typeId =
                posted.getModelTypeId().isEmpty() ? TemplateCatalogue.DEFAULT_MODEL_TYPE : posted.getModelTypeId();
        // What could never be trained is refused at once; what it is trained with may still be changed per version.
        ModelVersion initial = TrainingOrder.of(typeId, posted, ModelVersion.getDefaultInstance())
                .document();
        String id = Ids.givenOrFresh("model.id", posted.getId());
        Model document = posted.toBuilder().clearModelVersion().setId(id).build();
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Instant now = Instant.now();
            StoredModel model = new StoredModel(tenant, new ModelId(id), typeId, document.toByteArray(), now);
            if (!Models.insert(connection, model)) {
                throw new Refusal(StatusCode.DUPLICATE_KEY, "Model '%s' exists already".formatted(id));
            }
            Concepts.insert(connection, tenant, concepts(posted, now).values());
            Versions.insertUntrained(
                    connection, new ModelVersionId(Ids.fresh()), tenant, model.id(), initial.toByteArray(), now);
            return answer(model, Versions.newest(connection, tenant, id));
        });
    }

    private static Model posted(PostModelsRequest request) {
        if (request.hasModel()) {
            return request.getModel();
        }
        if (request.getModelsCount() != 1) {
            throw new Refusal(
                    StatusCode.MODEL_INVALID_REQUEST,
                    "models holds %d models but must hold one, or model must".formatted(request.getModelsCount()));
        }
        return request.getModels(0);
    }

    private static SortedMap<String, StoredConcept> concepts(Model posted, Instant now) {
        SortedMap<String, StoredConcept> concepts = new TreeMap<>();
        for (Concept concept : posted.getOutputInfo().getData().getConceptsList()) {
            concepts.putIfAbsent(concept.getId(), ConceptCalls.of(concept, now));
        }
        return concepts;
    }

    private MultiModelResponse list(Caller caller, ListModelsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiModelResponse.Builder answer = MultiModelResponse.newBuilder().setStatus(Answers.ok());
            Page page = Page.of(request.getPage(), request.getPerPage());
            for (StoredModel model : Models.list(connection, tenant, request.getModelTypeId(), page)) {
                answer.addModels(ModelMessages.model(
                        model, Versions.newest(connection, tenant, model.id().value())));
            }
            return answer.build();
        });
    }

    private SingleModelResponse get(Caller caller, GetModelRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredModel model = found(connection, tenant, request.getModelId());
            if (request.getVersionId().isEmpty()) {
                return answer(
                        model, Versions.newest(connection, tenant, model.id().value()));
            }
            return answer(
                    model,
                    Optional.of(Versions.find(connection, tenant, request.getModelId(), request.getVersionId())
                            .orElseThrow(() -> ModelMessages.noVersion(request.getModelId(), request.getVersionId()))));
        });
    }

    private BaseResponse delete(Caller caller, DeleteModelRequest request) {
        List<JobId> jobs = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            return delete(connection, tenant, request.getModelId())
                    .orElseThrow(() -> ModelMessages.noModel(request.getModelId()));
        });
        return finalCharges.answer(jobs);
    }

    private BaseResponse deleteSome(Caller caller, DeleteModelsRequest request) {
        List<JobId> jobs = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            List<String> ids = request.getDeleteAll()
                    ? Models.lockAll(connection, tenant).stream()
                            .map(ModelId::value)
                            .toList()
                    : List.copyOf(new TreeSet<>(request.getIdsList()));
            List<JobId> cancelled = new ArrayList<>();
            for (String id : ids) {
                delete(connection, tenant, id).ifPresent(cancelled::addAll);
            }
            return cancelled;
        });
        return finalCharges.answer(jobs);
    }

    /** The jobs of the model's versions, or nothing if there is no such model. */
    private static Optional<List<JobId>> delete(Connection connection, Tenant tenant, String modelId)
            throws SQLException {
        Optional<StoredModel> model = Models.lock(connection, tenant, modelId);
        if (model.isEmpty()) {
            return Optional.empty();
        }
        List<JobId> jobs = Versions.deleteAll(connection, tenant, model.get().id());
        Models.delete(connection, tenant, model.get().id());
        return Optional.of(jobs);
    }

    static StoredModel found(Connection connection, Tenant tenant, String modelId) throws SQLException {
        return Models.find(connection, tenant, modelId).orElseThrow(() -> ModelMessages.noModel(modelId));
    }

    private static SingleModelResponse answer(StoredModel model, Optional<StoredVersion> version) {
        return SingleModelResponse.newBuilder()
                .setStatus(Answers.ok())
                .setModel(ModelMessages.model(model, version))
                .build();
    }
}
