package io.deeptrain.scheduler.placement;

/**
 * Where a worker stands.
 *
 * @param rack empty if nobody has told: then the worker shares it with no other
 * @param nvlinkDomain the same
 */
public record Topology(String rack, String nvlinkDomain) {
    public static final Topology UNKNOWN = new Topology("", "");

    /** The name of the domain that the worker is in; empty if it is in none together with others. */
    String domain(Together level) {
        return switch (level) {
            case NVLINK_DOMAIN -> nvlinkDomain;
            case RACK -> rack;
            case ONE_WORKER, ANYWHERE -> "";
        };
    }
}
