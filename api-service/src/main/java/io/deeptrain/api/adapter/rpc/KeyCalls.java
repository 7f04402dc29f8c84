package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Apps;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Keys;
import io.deeptrain.api.adapter.postgres.Keys.StoredKey;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.App;
import io.deeptrain.contract.DeleteKeyRequest;
import io.deeptrain.contract.Key;
import io.deeptrain.contract.ListAppKeysRequest;
import io.deeptrain.contract.ListKeysRequest;
import io.deeptrain.contract.MultiKeyResponse;
import io.deeptrain.contract.MultiScopeResponse;
import io.deeptrain.contract.MyScopesRequest;
import io.deeptrain.contract.PostKeysRequest;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Calls about keys. A key is shown once, when it is made. */
@ApplicationScoped
class KeyCalls {
    private final Database database;
    private final Keys keys;

    KeyCalls(Database database, Keys keys) {
        this.database = database;
        this.keys = keys;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostKeys", PostKeysRequest.class, this::post)
                .answer("ListKeys", ListKeysRequest.class, this::list)
                .answer("ListAppKeys", ListAppKeysRequest.class, this::listOfApp)
                .answer("DeleteKey", DeleteKeyRequest.class, this::delete)
                .answer("MyScopes", MyScopesRequest.class, this::myScopes);
    }

    private MultiKeyResponse post(Caller caller, PostKeysRequest request) {
        String userId = Tenants.user(caller, request.getUserAppId());
        if (request.getKeysCount() == 0) {
            throw new Refusal(StatusCode.BAD_REQUEST_FORMAT, "keys is empty but must hold at least one key");
        }
        List<Caller> owners = new ArrayList<>();
        for (Key posted : request.getKeysList()) {
            owners.add(ownerOf(userId, posted).within(granted(caller, posted)));
        }
        MultiKeyResponse.Builder answer = MultiKeyResponse.newBuilder().setStatus(Answers.ok());
        for (int i = 0; i < owners.size(); i++) {
            String secret = Ids.fresh();
            Key posted = request.getKeys(i);
            StoredKey key = keys.keep(
                    secret,
                    owners.get(i),
                    posted.getDescription(),
                    Instant.now(),
                    Times.maybe(posted.hasExpiresAt(), posted.getExpiresAt()));
            answer.addKeys(message(key).setId(secret));
        }
        return answer.build();
    }

    /** No key can make one that may do more than itself. Without any scopes the new key may do what this one may. */
    private static Set<Scope> granted(Caller caller, Key posted) {
        if (posted.getScopesCount() == 0) {
            return caller.scopes();
        }
        Set<Scope> granted = EnumSet.noneOf(Scope.class);
        for (String name : posted.getScopesList()) {
            Scope scope = Scope.named(name)
                    .orElseThrow(() -> new Refusal(
                            StatusCode.BAD_REQUEST_FORMAT,
                            "keys.scopes holds '%s' but must hold some of %s"
                                    .formatted(name, String.join(", ", Scope.names()))));
            if (!caller.may(scope)) {
                throw new Refusal(
                        StatusCode.KEY_INSUFFICIENT_SCOPES,
                        "keys.scopes holds '%s', which the key that makes this call lacks".formatted(name));
            }
            granted.add(scope);
        }
        return granted;
    }

    private Caller ownerOf(String userId, Key posted) {
        if (posted.getAppsCount() > 1) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "keys.apps names %d apps but must name one, or none for a personal access token"
                            .formatted(posted.getAppsCount()));
        }
        if (posted.getAppsCount() == 0) {
            return new Caller(userId, Optional.empty());
        }
        String appId = posted.getApps(0).getId();
        boolean known =
                database.inTransaction(_ -> Apps.find(Ids.tenant(userId, appId)).isPresent());
        if (!known) {
            throw new Refusal(StatusCode.DOES_NOT_EXIST, "App '%s' does not exist".formatted(appId));
        }
        return new Caller(userId, Optional.of(appId));
    }

    private MultiKeyResponse list(Caller caller, ListKeysRequest request) {
        String userId = Tenants.user(caller, request.getUserAppId());
        return MultiKeyResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllKeys(
                        keys
                                .of(userId, Page.of(caller, request.getPage(), request.getPerPage()))
                                .shownTo(caller)
                                .stream()
                                .map(key -> message(key).setId(key.prefix()).build())
                                .toList())
                .build();
    }

    private MultiKeyResponse listOfApp(Caller caller, ListAppKeysRequest request) {
        Tenants.user(caller, request.getUserAppId());
        Tenant app = database.inTransaction(_ -> Tenants.app(caller, request.getUserAppId()));
        return MultiKeyResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllKeys(
                        keys.of(app, Page.of(caller, request.getPage(), request.getPerPage())).shownTo(caller).stream()
                                .map(key -> message(key).setId(key.prefix()).build())
                                .toList())
                .build();
    }

    private MultiScopeResponse myScopes(Caller caller, MyScopesRequest request) {
        MultiScopeResponse.Builder answer = MultiScopeResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllScopes(
                        caller.scopes().stream().map(Scope::publicName).sorted().toList());
        caller.appId()
                .ifPresent(appId -> answer.setApp(App.newBuilder().setId(appId).setUserId(caller.userId())));
        return answer.build();
    }

    private BaseResponse delete(Caller caller, DeleteKeyRequest request) {
        String userId = Tenants.user(caller, request.getUserAppId());
        if (!keys.forget(userId, request.getKeyId())) {
            throw new Refusal(StatusCode.KEY_NOT_FOUND, "There is no such key");
        }
        return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
    }

    private static Key.Builder message(StoredKey key) {
        Key.Builder message = Key.newBuilder()
                .setDescription(key.description())
                .addAllScopes(key.owner().scopes().stream()
                        .map(Scope::publicName)
                        .sorted()
                        .toList())
                .setType(key.owner().appId().isPresent() ? "api_key" : "personal_access_token")
                .setCreatedAt(Times.stamp(key.createdAt()));
        key.expiresAt().ifPresent(end -> message.setExpiresAt(Times.stamp(end)));
        key.owner()
                .appId()
                .ifPresent(appId -> message.addApps(
                        App.newBuilder().setId(appId).setUserId(key.owner().userId())));
        return message;
    }
}
