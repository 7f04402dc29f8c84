package io.deeptrain.scheduler.queue;

import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Groups, users and tenants below the fleet, and what each has used lately. Those that settings name are always there,
 * the others while they have, want or have lately used something.
 */
final class QueueTree {
    private static final long SECONDS_PER_HOUR = 3600;

    private final QueueSettings settings;
    private final QueueNode root = QueueNode.root();
    private final Map<String, QueueNode> groups = new HashMap<>();
    private final Map<String, QueueNode> users = new HashMap<>();
    private final Map<Tenant, QueueNode> tenants = new HashMap<>();
    private long hour;

    QueueTree(QueueSettings settings) {
        this.settings = settings;
        settings.groups().keySet().stream().sorted().forEach(this::group);
        settings.users().keySet().stream().sorted().forEach(this::user);
        settings.tenants().keySet().stream().sorted().forEach(this::tenant);
        lendUpwards();
    }

    QueueNode root() {
        return root;
    }

    /** The lowest queues. */
    Collection<QueueNode> tenants() {
        return tenants.values();
    }

    QueueNode tenant(Tenant tenant) {
        QueueNode known = tenants.get(tenant);
        if (known == null) {
            known = user(tenant.userId()).tenant(tenant.toString(), settings.tenant(tenant), hour);
            tenants.put(tenant, known);
        }
        return known;
    }

    private QueueNode user(String userId) {
        QueueNode known = users.get(userId);
        if (known == null) {
            Member user = settings.user(userId);
            known = parentOf(user).child(userId, user.limits(), hour);
            users.put(userId, known);
        }
        return known;
    }

    private QueueNode group(String name) {
        QueueNode known = groups.get(name);
        if (known == null) {
            Member group = settings.groupOf(name);
            known = parentOf(group).child(name, group.limits(), hour);
            groups.put(name, known);
        }
        return known;
    }

    private QueueNode parentOf(Member member) {
        return member.group().equals(Member.NO_GROUP) ? root : group(member.group());
    }

    /** Fills the pools from which is borrowed, those furthest from the root first. */
    private void lendUpwards() {
        List<QueueNode> named = new ArrayList<>(groups.values());
        named.addAll(users.values());
        named.addAll(tenants.values());
        named.sort(Comparator.comparingInt((QueueNode node) -> node.path().size())
                .reversed()
                .thenComparing(QueueNode::name));
        TreeSet<String> gpuClasses = new TreeSet<>();
        named.forEach(node -> gpuClasses.addAll(node.limits().quotas().keySet()));
        for (String gpuClass : gpuClasses) {
            named.forEach(node -> node.account(gpuClass).lend(root.account(gpuClass)));
        }
    }

    /** What tenants have lately used, to be {@linkplain #recall recalled}. */
    Map<Tenant, TenantUse> uses() {
        Map<Tenant, TenantUse> uses = new HashMap<>();
        tenants.forEach((name, node) -> {
            if (node.use().gpuMillis() > 0) {
                uses.put(name, node.use());
            }
        });
        return uses;
    }

    /** Takes up what was remembered, before anybody waits. What it counts now, {@link #decay} tells. */
    void recall(Map<Tenant, TenantUse> remembered) {
        for (TenantUse use : remembered.values()) {
            hour = Math.max(hour, use.hour());
        }
        remembered.forEach((name, use) -> tenant(name).useInstead(use));
    }

    /** Answers whether another hour has begun, after which it is time to {@link #decay}. */
    boolean advanceTo(Instant now) {
        long current = Math.floorDiv(now.getEpochSecond(), SECONDS_PER_HOUR);
        boolean hasBegun = current > hour;
        hour = Math.max(hour, current);
        return hasBegun;
    }

    /** Halves everybody's use for each hour that has begun. */
    void decay() {
        users.values().forEach(QueueNode::forgetUse);
        groups.values().forEach(QueueNode::forgetUse);
        for (QueueNode tenant : tenants.values()) {
            TenantUse decayed = tenant.use().decayedTo(hour);
            tenant.useInstead(decayed);
            for (QueueNode node = tenant.parent(); !node.isRoot(); node = node.parent()) {
                node.useInstead(new TenantUse(node.use().gpuMillis() + decayed.gpuMillis(), hour));
            }
        }
    }

    /** After what the fleet has, has changed: everybody's share. */
    void weigh() {
        users.values().forEach(QueueNode::weigh);
        groups.values().forEach(QueueNode::weigh);
        tenants.values().forEach(QueueNode::weigh);
    }

    /** Forgets who has and wants nothing. */
    void forget() {
        tenants.entrySet()
                .removeIf(entry ->
                        entry.getValue().isForgotten() && !settings.tenants().containsKey(entry.getKey()));
        Set<QueueNode> ofTenants = new HashSet<>();
        tenants.values().forEach(tenant -> ofTenants.add(tenant.parent()));
        users.entrySet()
                .removeIf(entry -> entry.getValue().isForgotten()
                        && !ofTenants.contains(entry.getValue())
                        && !settings.users().containsKey(entry.getKey()));
    }
}
