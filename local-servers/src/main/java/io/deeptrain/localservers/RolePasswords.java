package io.deeptrain.localservers;

import java.util.Map;

/** The password of each database role, by the role's name. */
public record RolePasswords(Map<String, String> byRole) {
    public RolePasswords {
        byRole = Map.copyOf(byRole);
        for (ServiceSchema service : ServiceSchema.values()) {
            requireRole(byRole, service.ownerRole());
            requireRole(byRole, service.runtimeRole());
        }
    }

    public String of(String role) {
        requireRole(byRole, role);
        return byRole.getOrDefault(role, "");
    }

    /** The roles script with the passwords in the places of psql's variables. */
    public String fillIn(String script) {
        String filled = script;
        for (ServiceSchema service : ServiceSchema.values()) {
            filled = filled.replace(":'" + service.schema() + "_owner_password'", literal(of(service.ownerRole())))
                    .replace(":'" + service.schema() + "_password'", literal(of(service.runtimeRole())));
        }
        return filled;
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static void requireRole(Map<String, String> byRole, String role) {
        if (!byRole.containsKey(role)) {
            throw new IllegalArgumentException("no password for role " + role);
        }
    }
}
