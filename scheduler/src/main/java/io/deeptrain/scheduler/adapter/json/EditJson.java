package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.explain.Edit;
import io.deeptrain.scheduler.explain.Level;
import io.deeptrain.scheduler.explain.Proposal;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A change to try, as it is asked for. */
final class EditJson {
    private static final List<String> KINDS = List.of("join", "leave", "limit");
    private static final List<String> LIMITS =
            List.of("weight", "guaranteed", "borrow_max", "lend_max", "running_max", "priority");
    private static final String NO_ONE = "none";

    private EditJson() {}

    static Edit edit(JsonNode change) {
        Fields.requireFields("change", change, KINDS);
        if (change.size() != 1) {
            throw new IllegalArgumentException("a change is one of %s: %s".formatted(KINDS, change));
        }
        if (change.has("join")) {
            JsonNode join = change.path("join");
            Fields.requireFields("join", join, List.of("count", "gpus_each", "gpu_class", "gpu_fraction"));
            int count = Math.toIntExact(Fields.number(join, "count", 1, Edit.WORKERS_MAX));
            int gpusEach = Math.toIntExact(Fields.number(join, "gpus_each", 1, Proposal.GPUS_MAX));
            return new Edit.Join(
                    count,
                    gpusEach,
                    join.has("gpu_class") ? Fields.text(join, "gpu_class") : "",
                    Fields.gpuMilli(join));
        }
        return change.has("leave")
                ? new Edit.Leave(new WorkerId(Fields.text(change, "leave")))
                : limit(change.path("limit"));
    }

    private static Edit limit(JsonNode limit) {
        String level = Fields.text(limit, "level");
        return switch (level) {
            case "app" -> {
                requireLimits(limit, List.of("user", "app"));
                Tenant tenant = new Tenant(Fields.text(limit, "user"), Fields.text(limit, "app"));
                yield new Edit.Limit(Level.APP, tenant, tenant.toString(), limits -> changed(limits, limit));
            }
            case "user" -> {
                requireLimits(limit, List.of("user"));
                String user = Fields.text(limit, "user");
                yield new Edit.Limit(Level.USER, new Tenant(user, NO_ONE), user, limits -> changed(limits, limit));
            }
            case "group" -> {
                requireLimits(limit, List.of("group"));
                String group = Fields.text(limit, "group");
                yield new Edit.Limit(Level.GROUP, new Tenant(NO_ONE, NO_ONE), group, limits -> changed(limits, limit));
            }
            default -> throw new IllegalArgumentException("level must be one of [app, user, group]: " + level);
        };
    }

    private static void requireLimits(JsonNode limit, List<String> names) {
        List<String> allowed = new ArrayList<>(LIMITS);
        allowed.add("level");
        allowed.addAll(names);
        Fields.requireFields("limit", limit, allowed);
    }

    /** What is not named stays as it is. */
    private static QueueLimits changed(QueueLimits limits, JsonNode limit) {
        Quota quota = limits.quotaOf(Shape.ANY_CLASS);
        Map<String, Quota> quotas = new HashMap<>(limits.quotas());
        Quota changed = new Quota(
                given(limit, "guaranteed", 0, quota.guaranteed()),
                given(limit, "borrow_max", 0, quota.borrowMax()),
                given(limit, "lend_max", 0, quota.lendMax()));
        if (!changed.equals(quota)) {
            quotas.put(Shape.ANY_CLASS, changed);
        }
        return new QueueLimits(
                given(limit, "weight", 1, limits.weight()),
                quotas,
                limit.has("priority") ? Fields.priority(limit) : limits.priority(),
                given(limit, "running_max", 1, limits.runningMax()));
    }

    private static int given(JsonNode limit, String field, int min, int before) {
        return limit.has(field) ? Math.toIntExact(Fields.number(limit, field, min, Integer.MAX_VALUE)) : before;
    }
}
