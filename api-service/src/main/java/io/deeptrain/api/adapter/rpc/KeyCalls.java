package io.deeptrain.api.adapter.rpc;

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
import io.deeptrain.contract.ListKeysRequest;
import io.deeptrain.contract.MultiKeyResponse;
import io.deeptrain.contract.PostKeysRequest;
import io.deeptrain.contract.status.BaseResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Calls about keys. A key is shown once, when it is made. */
@ApplicationScoped
class KeyCalls {
    private static final String ALL_SCOPES = "All";

    private final Database database;
    private final Keys keys;

    KeyCalls(Database database, Keys keys) {
        this.database = database;
        this.keys = keys;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostKeys", PostKeysRequest.class, this::post)
                .answer("ListKeys", ListKeysRequest.class, this::list)
                .answer("DeleteKey", DeleteKeyRequest.class, this::delete);
    }

    private MultiKeyResponse post(Caller caller, PostKeysRequest request) {
        String userId = Tenants.user(caller, request.getUserAppId());
        if (request.getKeysCount() == 0) {
            throw new Refusal(StatusCode.BAD_REQUEST_FORMAT, "keys is empty but must hold at least one key");
        }
        List<Caller> owners = new ArrayList<>();
        for (Key posted : request.getKeysList()) {
            owners.add(ownerOf(userId, posted));
        }
        MultiKeyResponse.Builder answer = MultiKeyResponse.newBuilder().setStatus(Answers.ok());
        for (int i = 0; i < owners.size(); i++) {
            String secret = Ids.fresh();
            StoredKey key = keys.keep(secret, owners.get(i), request.getKeys(i).getDescription(), Instant.now());
            answer.addKeys(message(key).setId(secret));
        }
        return answer.build();
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
                .addAllKeys(keys.of(userId, Page.of(request.getPage(), request.getPerPage())).stream()
                        .map(key -> message(key).setId(key.prefix()).build())
                        .toList())
                .build();
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
                .addScopes(ALL_SCOPES)
                .setType(key.owner().appId().isPresent() ? "api_key" : "personal_access_token")
                .setCreatedAt(Times.stamp(key.createdAt()));
        key.owner()
                .appId()
                .ifPresent(appId -> message.addApps(
                        App.newBuilder().setId(appId).setUserId(key.owner().userId())));
        return message;
    }
}
