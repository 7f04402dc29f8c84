package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Apps;
import io.deeptrain.api.adapter.postgres.Apps.StoredApp;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.App;
import io.deeptrain.contract.DeleteAppRequest;
import io.deeptrain.contract.GetAppRequest;
import io.deeptrain.contract.GetUserRequest;
import io.deeptrain.contract.ListAppsRequest;
import io.deeptrain.contract.MultiAppResponse;
import io.deeptrain.contract.PatchAppRequest;
import io.deeptrain.contract.PatchAppsRequest;
import io.deeptrain.contract.PostAppsRequest;
import io.deeptrain.contract.SingleAppResponse;
import io.deeptrain.contract.SingleUserResponse;
import io.deeptrain.contract.User;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Calls about apps. */
@ApplicationScoped
class AppCalls {
    private final Database database;
    private final FinalCharges finalCharges;

    AppCalls(Database database, FinalCharges finalCharges) {
        this.database = database;
        this.finalCharges = finalCharges;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostApps", PostAppsRequest.class, this::post)
                .answer("ListApps", ListAppsRequest.class, this::list)
                .answer("GetApp", GetAppRequest.class, this::get)
                .answer("PatchApp", PatchAppRequest.class, this::patch)
                .answer("PatchApps", PatchAppsRequest.class, this::patchSome)
                .answer("DeleteApp", DeleteAppRequest.class, this::delete)
                .answer("GetUser", GetUserRequest.class, AppCalls::user);
    }

    private MultiAppResponse post(Caller caller, PostAppsRequest request) {
        String userId = Tenants.user(caller, request.getUserAppId());
        if (request.getAppsCount() == 0) {
            throw new Refusal(StatusCode.BAD_REQUEST_FORMAT, "apps is empty but must hold at least one app");
        }
        MultiAppResponse.Builder answer = MultiAppResponse.newBuilder().setStatus(Answers.ok());
        database.inTransaction(_ -> {
            for (App posted : request.getAppsList()) {
                String id = Ids.givenOrFresh("apps.id", posted.getId());
                Instant now = Instant.now();
                StoredApp app = new StoredApp(
                        Ids.tenant(userId, id),
                        posted.getName().isEmpty() ? id : posted.getName(),
                        posted.getDescription(),
                        defaultWorkflow(posted, ""),
                        posted.getNotes(),
                        Metadata.written("apps.metadata", posted.getMetadata()),
                        now,
                        now);
                if (!Apps.insert(app)) {
                    throw new Refusal(StatusCode.DUPLICATE_KEY, "App '%s' exists already".formatted(id));
                }
                answer.addApps(message(app));
            }
            return answer;
        });
        return answer.build();
    }

    private MultiAppResponse list(Caller caller, ListAppsRequest request) {
        String userId = Tenants.user(caller, request.getUserAppId());
        List<StoredApp> apps = database.inTransaction(
                        _ -> Apps.list(userId, Page.of(caller, request.getPage(), request.getPerPage())))
                .shownTo(caller);
        return MultiAppResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllApps(apps.stream().map(AppCalls::message).toList())
                .build();
    }

    private SingleAppResponse get(Caller caller, GetAppRequest request) {
        StoredApp app = database.inTransaction(connection ->
                Apps.find(Tenants.app(caller, request.getUserAppId())).orElseThrow());
        return SingleAppResponse.newBuilder()
                .setStatus(Answers.ok())
                .setApp(message(app))
                .build();
    }

    private SingleAppResponse patch(Caller caller, PatchAppRequest request) {
        Tenants.user(caller, request.getUserAppId());
        PatchAction kind = Actions.of(request.getAction(), StatusCode.BAD_REQUEST_FORMAT);
        StoredApp app = database.inTransaction(connection -> {
            StoredApp patched = patched(Tenants.app(caller, request.getUserAppId()), kind, request.getApp());
            if (request.getReindex()) {
                BaseEmbedders.reindex(connection, patched.tenant());
            }
            return patched;
        });
        return SingleAppResponse.newBuilder()
                .setStatus(Answers.ok())
                .setApp(message(app))
                .build();
    }

    private MultiAppResponse patchSome(Caller caller, PatchAppsRequest request) {
        Tenants.user(caller, request.getUserAppId());
        PatchAction kind = Actions.of(request.getAction(), StatusCode.BAD_REQUEST_FORMAT);
        return database.inTransaction(connection -> {
            MultiAppResponse.Builder answer = MultiAppResponse.newBuilder().setStatus(Answers.ok());
            for (App patch : request.getAppsList()) {
                Tenant tenant = Tenants.app(
                        caller,
                        request.getUserAppId().toBuilder()
                                .setAppId(patch.getId())
                                .build());
                answer.addApps(message(patched(tenant, kind, patch)));
                if (request.getReindex()) {
                    BaseEmbedders.reindex(connection, tenant);
                }
            }
            return answer.build();
        });
    }

    /** What a patch leaves out stays as it is. */
    private static StoredApp patched(Tenant tenant, PatchAction kind, App patch) {
        StoredApp known = Apps.lock(tenant).orElseThrow();
        Struct metadata = patch.hasMetadata()
                ? Metadata.patched(Metadata.read(known.metadata()), kind, patch.getMetadata())
                : Metadata.read(known.metadata());
        StoredApp next = new StoredApp(
                tenant,
                patch.getName().isEmpty() ? known.name() : patch.getName(),
                patch.getDescription().isEmpty() ? known.description() : patch.getDescription(),
                defaultWorkflow(patch, known.defaultWorkflowId()),
                patch.getNotes().isEmpty() ? known.notes() : patch.getNotes(),
                Metadata.written("app.metadata", metadata),
                known.createdAt(),
                Instant.now());
        Apps.update(next);
        return next;
    }

    private static String defaultWorkflow(App app, String otherwise) {
        if (!app.getDefaultWorkflow().getId().isEmpty()) {
            return app.getDefaultWorkflow().getId();
        }
        return app.getDefaultWorkflowId().isEmpty() ? otherwise : app.getDefaultWorkflowId();
    }

    /** Who the caller is. There is nobody else to ask for. */
    private static SingleUserResponse user(Caller caller, GetUserRequest request) {
        String userId = Tenants.user(caller, request.getUserAppId());
        return SingleUserResponse.newBuilder()
                .setStatus(Answers.ok())
                .setUser(User.newBuilder().setId(userId))
                .build();
    }

    private BaseResponse delete(Caller caller, DeleteAppRequest request) {
        Tenants.user(caller, request.getUserAppId());
        List<JobId> jobs = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            List<JobId> cancelled = new ArrayList<>();
            for (ModelId model : Models.lockAll(connection, tenant)) {
                cancelled.addAll(Versions.deleteAll(connection, tenant, model));
            }
            Apps.delete(tenant);
            return cancelled;
        });
        return finalCharges.answer(jobs);
    }

    private static App message(StoredApp app) {
        return App.newBuilder()
                .setId(app.tenant().appId())
                .setUserId(app.tenant().userId())
                .setName(app.name())
                .setDescription(app.description())
                .setDefaultWorkflowId(app.defaultWorkflowId())
                .setCreatedAt(Times.stamp(app.createdAt()))
                .setModifiedAt(Times.stamp(app.modifiedAt()))
                .setNotes(app.notes())
                .setMetadata(Metadata.read(app.metadata()))
                .build();
    }
}
