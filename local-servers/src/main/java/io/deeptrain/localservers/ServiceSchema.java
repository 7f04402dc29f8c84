package io.deeptrain.localservers;

import java.util.Locale;

/** The part of the database that one service owns. */
public enum ServiceSchema {
    API,
    SCHEDULER,
    BILLING;

    public String schema() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role that migrates the schema. */
    public String ownerRole() {
        return "deeptrain_" + schema() + "_owner";
    }

    /** The role that the service runs as. */
    public String runtimeRole() {
        return "deeptrain_" + schema();
    }
}
