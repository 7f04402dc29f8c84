package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Apps;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.event.Tenant;
import java.util.Optional;

/** Whose app a call is about. What belongs to somebody else answers exactly as what does not exist. */
public final class Tenants {
    private Tenants() {}

    /** The user that a call of a user's own is about, which only a personal access token may make. */
    public static String user(Caller caller, UserAppIDSet named) {
        if (caller.appId().isPresent()) {
            throw new Refusal(
                    StatusCode.KEY_INSUFFICIENT_SCOPES,
                    "This call needs a personal access token, and this key opens one app only");
        }
        return sameUser(caller, named);
    }

    /** The app that a call is about, which exists and is the caller's. */
    public static Tenant app(Caller caller, UserAppIDSet named) {
        String userId = sameUser(caller, named);
        String appId = named.getAppId();
        if (appId.isEmpty()) {
            appId = caller.appId()
                    .orElseThrow(() -> new Refusal(
                            StatusCode.BAD_REQUEST_FORMAT,
                            "user_app_id.app_id is empty but must name an app, for this key opens all of the user's"));
        } else if (caller.appId().isPresent() && !caller.appId().get().equals(appId)) {
            throw noApp(appId);
        }
        Tenant tenant = Ids.tenant(userId, appId);
        if (Apps.find(tenant).isEmpty()) {
            throw noApp(appId);
        }
        return tenant;
    }

    /** The app that a list is about, or all apps of the user if none is named and the key opens them all. */
    static Reach reach(Caller caller, UserAppIDSet named) {
        if (named.getAppId().isEmpty() && caller.appId().isEmpty()) {
            return new Reach(sameUser(caller, named), Optional.empty());
        }
        Tenant tenant = app(caller, named);
        return new Reach(tenant.userId(), Optional.of(tenant.appId()));
    }

    /** Where a list looks. */
    record Reach(String userId, Optional<String> appId) {}

    private static String sameUser(Caller caller, UserAppIDSet named) {
        String userId = named.getUserId();
        if (!userId.isEmpty() && !userId.equals(Caller.ME) && !userId.equals(caller.userId())) {
            // As for an app that is not there: whether the user exists is nobody's business.
            throw named.getAppId().isEmpty()
                    ? new Refusal(StatusCode.DOES_NOT_EXIST, "User '%s' does not exist".formatted(userId))
                    : noApp(named.getAppId());
        }
        return caller.userId();
    }

    private static Refusal noApp(String appId) {
        return new Refusal(StatusCode.DOES_NOT_EXIST, "App '%s' does not exist".formatted(appId));
    }
}
