package io.deeptrain.event;

/** Who owns a job and pays for it: a user and one of the user's apps. */
public record Tenant(String userId, String appId) implements Comparable<Tenant> {
    private static final int HASH_FACTOR = 31;

    public Tenant {
        Text.requireId("user id", userId);
        Text.requireId("app id", appId);
    }

    /** Written out, as whose each of a million jobs is, is asked often: what a record has by itself is much slower. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Tenant(var otherUser, var otherApp)
                && userId.equals(otherUser)
                && appId.equals(otherApp);
    }

    @Override
    public int hashCode() {
        return HASH_FACTOR * userId.hashCode() + appId.hashCode();
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
