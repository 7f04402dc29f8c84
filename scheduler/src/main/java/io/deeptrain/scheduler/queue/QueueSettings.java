package io.deeptrain.scheduler.queue;

import io.deeptrain.event.Tenant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tree of queues as an operator wants it: groups, in them users, in them the users' apps. Whoever is not named has
 * the standard limits and, if a user, no group.
 *
 * @param groups by name; they may lie within one another
 * @param users by id
 * @param tenants the users' apps, whose queues hold the jobs
 */
public record QueueSettings(
        Map<String, Member> groups, Map<String, Member> users, Map<Tenant, QueueLimits> tenants, Patience patience) {
    public static final QueueSettings STANDARD = new QueueSettings(Map.of(), Map.of(), Map.of(), Patience.STANDARD);

    /**
     * A group or a user.
     *
     * @param group which it belongs to, {@link #NO_GROUP} if none
     */
    public record Member(String group, QueueLimits limits) {
        public static final String NO_GROUP = "";
        public static final Member STANDARD = new Member(NO_GROUP, QueueLimits.STANDARD);
    }

    public QueueSettings {
        groups = Map.copyOf(groups);
        users = Map.copyOf(users);
        tenants = Map.copyOf(tenants);
        if (groups.containsKey(Member.NO_GROUP)) {
            throw new IllegalArgumentException("a group needs a name");
        }
        for (String group : groups.keySet()) {
            requireEndOfChain(groups, group);
        }
        for (Map.Entry<String, Member> user : users.entrySet()) {
            requireKnown(groups, user.getKey(), user.getValue());
        }
    }

    public Member groupOf(String name) {
        Member group = groups.get(name);
        if (group == null) {
            throw new IllegalArgumentException("there is no group " + name);
        }
        return group;
    }

    public Member user(String userId) {
        return users.getOrDefault(userId, Member.STANDARD);
    }

    public QueueLimits tenant(Tenant tenant) {
        return tenants.getOrDefault(tenant, QueueLimits.STANDARD);
    }

    public QueueSettings withTenant(Tenant tenant, QueueLimits limits) {
        Map<Tenant, QueueLimits> more = new HashMap<>(tenants);
        more.put(tenant, limits);
        return new QueueSettings(groups, users, more, patience);
    }

    public QueueSettings withUser(String userId, Member user) {
        Map<String, Member> more = new HashMap<>(users);
        more.put(userId, user);
        return new QueueSettings(groups, more, tenants, patience);
    }

    public QueueSettings withGroup(String name, Member group) {
        Map<String, Member> more = new HashMap<>(groups);
        more.put(name, group);
        return new QueueSettings(more, users, tenants, patience);
    }

    public QueueSettings withPatience(Patience newPatience) {
        return new QueueSettings(groups, users, tenants, newPatience);
    }

    private static void requireKnown(Map<String, Member> groups, String who, Member member) {
        if (!member.group().equals(Member.NO_GROUP) && !groups.containsKey(member.group())) {
            throw new IllegalArgumentException("%s belongs to group %s, which is not there: one of %s would be right"
                    .formatted(who, member.group(), new TreeSet<>(groups.keySet())));
        }
    }

    private static void requireEndOfChain(Map<String, Member> groups, String first) {
        Set<String> seen = new HashSet<>();
        String group = first;
        while (!group.equals(Member.NO_GROUP)) {
            if (!seen.add(group)) {
                throw new IllegalArgumentException("group %s lies within itself".formatted(group));
            }
            Member member = groups.get(group);
            if (member == null) {
                throw new IllegalStateException("a group that was looked up is gone: " + group);
            }
            requireKnown(groups, group, member);
            group = member.group();
        }
    }
}
