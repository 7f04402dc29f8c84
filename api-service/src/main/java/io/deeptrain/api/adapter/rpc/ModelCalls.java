package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Models.Sought;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.Tenants.Reach;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.model.SoughtTypes;
import io.deeptrain.api.search.NamePattern;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Fault;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.DeleteModelRequest;
import io.deeptrain.contract.DeleteModelsRequest;
import io.deeptrain.contract.GetModelRequest;
import io.deeptrain.contract.ListModelsRequest;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelQuery;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.MultiModelResponse;
import io.deeptrain.contract.PatchModelsRequest;
import io.deeptrain.contract.PostModelsRequest;
import io.deeptrain.contract.PostModelsSearchesRequest;
import io.deeptrain.contract.SingleModelResponse;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Tenant;
import io.deeptrain.template.TemplateCatalogue;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Calls about models. */
@ApplicationScoped
class ModelCalls {
    private static final int PATCHES_MAX = 128;

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
                .answer("PatchModels", PatchModelsRequest.class, this::patch)
                .answer("PostModelsSearches", PostModelsSearchesRequest.class, this::search)
                .answer("DeleteModel", DeleteModelRequest.class, this::delete)
                .answer("DeleteModels", DeleteModelsRequest.class, this::deleteSome);
    }

    private SingleModelResponse post(Caller caller, PostModelsRequest request) {
        Model posted = posted(request);
        String typeId =
                posted.getModelTypeId().isEmpty() ? TemplateCatalogue.DEFAULT_MODEL_TYPE : posted.getModelTypeId();
        // What could never be trained is refused at once; what it is trained with may still be changed per version.
        TrainingDraft draft = TrainingDraft.of(typeId, posted, ModelVersion.getDefaultInstance());
        Optional<Fault> unnamable = posted.getId().isEmpty() ? Optional.empty() : Ids.fault("model.id", posted.getId());
        ModelVersion initial =
                draft.with(unnamable.stream().toList()).complete().document();
        String id = Ids.givenOrFresh("model.id", posted.getId());
        Model document = posted.toBuilder().clearModelVersion().setId(id).build();
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Instant now = Instant.now();
            StoredModel model =
                    new StoredModel(tenant, new ModelId(id), typeId, name(document), document.toByteArray(), now, now);
            if (!Models.insert(connection, model)) {
                throw new Refusal(StatusCode.DUPLICATE_KEY, "Model '%s' exists already".formatted(id));
            }
            Concepts.insert(connection, tenant, concepts(posted, now).values());
            Versions.insertUntrained(
                    connection,
                    new ModelVersionId(Ids.fresh()),
                    tenant,
                    model.id(),
                    initial.toByteArray(),
                    conceptIds(initial),
                    now);
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

    private static List<String> conceptIds(ModelVersion version) {
        return version.getOutputInfo().getData().getConceptsList().stream()
                .map(Concept::getId)
                .distinct()
                .toList();
    }

    private static String name(Model document) {
        return document.getName().isEmpty() ? document.getId() : document.getName();
    }

    private MultiModelResponse list(Caller caller, ListModelsRequest request) {
        return listed(
                caller,
                request.getUserAppId(),
                SoughtTypes.of(request.getModelTypeId(), ""),
                request.getTrainedOnly(),
                new NamePattern(request.getSearch()),
                Page.of(caller, request.getPage(), request.getPerPage()));
    }

    private MultiModelResponse search(Caller caller, PostModelsSearchesRequest request) {
        ModelQuery query = request.getModelQuery();
        return listed(
                caller,
                request.getUserAppId(),
                SoughtTypes.of(query.getModelTypeId(), query.getType()),
                false,
                new NamePattern(query.getName()),
                Page.of(
                        caller,
                        request.getPagination().getPage(),
                        request.getPagination().getPerPage()));
    }

    private MultiModelResponse listed(
            Caller caller, UserAppIDSet whose, SoughtTypes types, boolean trainedOnly, NamePattern name, Page page) {
        return database.inTransaction(connection -> {
            Reach reach = Tenants.reach(caller, whose);
            MultiModelResponse.Builder answer = MultiModelResponse.newBuilder().setStatus(Answers.ok());
            Sought sought = new Sought(reach.userId(), reach.appId(), types, trainedOnly, name);
            List<StoredModel> models = Models.list(connection, sought, page);
            if (models.size() == page.size()) {
                caller.paging().goesOnAfter(Mark.at(Models.position(connection, models.getLast())));
            }
            for (StoredModel model : models) {
                String id = model.id().value();
                answer.addModels(ModelMessages.model(
                        model,
                        trainedOnly
                                ? Versions.newestTrained(connection, model.tenant(), id)
                                : Versions.newest(connection, model.tenant(), id)));
            }
            return answer.build();
        });
    }

    private MultiModelResponse patch(Caller caller, PatchModelsRequest request) {
        PatchAction action = Actions.of(request.getAction(), StatusCode.MODEL_INVALID_REQUEST);
        if (request.getModelsCount() == 0 || request.getModelsCount() > PATCHES_MAX) {
            throw new Refusal(
                    StatusCode.MODEL_INVALID_REQUEST,
                    "models holds %d models but must hold 1 to %d".formatted(request.getModelsCount(), PATCHES_MAX));
        }
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            SortedMap<String, StoredModel> held = new TreeMap<>();
            for (String id : new TreeSet<>(
                    request.getModelsList().stream().map(Model::getId).toList())) {
                held.put(id, Models.lock(connection, tenant, id).orElseThrow(() -> ModelMessages.noModel(id)));
            }
            MultiModelResponse.Builder answer = MultiModelResponse.newBuilder().setStatus(Answers.ok());
            Instant now = Instant.now();
            for (Model patch : request.getModelsList()) {
                StoredModel known = Objects.requireNonNull(held.get(patch.getId()));
                Model document = ModelPatch.applied(ModelMessages.document(known), action, patch);
                Concepts.insert(connection, tenant, concepts(document, now).values());
                StoredModel next = new StoredModel(
                        tenant,
                        known.id(),
                        known.modelTypeId(),
                        name(document),
                        document.toByteArray(),
                        known.createdAt(),
                        now);
                Models.update(connection, next);
                held.put(patch.getId(), next);
                answer.addModels(ModelMessages.model(
                        next, Versions.newest(connection, tenant, known.id().value())));
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
