package io.deeptrain.scheduler.control;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * An order that was carried out.
 *
 * @param operator who gave it, as they called themselves
 * @param before what was, by field
 * @param after what is, by field
 */
public record AuditEntry(
        Instant at,
        String operator,
        String action,
        String target,
        Map<String, String> before,
        Map<String, String> after) {
    public AuditEntry {
        before = new TreeMap<>(before);
        after = new TreeMap<>(after);
    }
}
