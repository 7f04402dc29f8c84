package io.deeptrain.event;

/** Who owns a job and pays for it: a user and one of the user's apps. */
public record Tenant(String userId, String appId) implements Comparable<Tenant> {
    public Tenant {
        Text.requireId("user id", userId);
        Text.requireId("app id", appId);
    }

    @Override
    public int compareTo(Tenant other) {
        int byUser = userId.compareTo(other.userId);
        return byUser != 0 ? byUser : appId.compareTo(other.appId);
    }

    @Override
    public String toString() {
        return userId + "/" + appId;
    }
}
