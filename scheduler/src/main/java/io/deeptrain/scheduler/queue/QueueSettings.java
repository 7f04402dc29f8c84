package io.deeptrain.scheduler.queue;

import io.deeptrain.event.Tenant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

    /**
     * A group or user that cannot belong where it is said to.
     *
     * @param expected what would be right
     */
    public record Flaw(QueueName queue, String group, String expected) {}

    public QueueSettings {
        groups = Map.copyOf(groups);
        users = Map.copyOf(users);
        tenants = Map.copyOf(tenants);
        if (groups.containsKey(Member.NO_GROUP)) {
            throw new IllegalArgumentException("a group needs a name");
        }
        flaw(groups, users).ifPresent(flaw -> {
            throw new IllegalArgumentException("%s cannot belong to the group %s: %s would be right"
                    .formatted(flaw.queue().words(), flaw.group(), flaw.expected()));
        });
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

    /** The group and limits of a queue, those of a queue that nobody has named if nobody has. */
    public Member memberOf(QueueName queue) {
        return switch (queue) {
            case QueueName.OfGroup(var name) -> groups.getOrDefault(name, Member.STANDARD);
            case QueueName.OfUser(var name) -> user(name);
            case QueueName.OfApp(var tenant) -> new Member(Member.NO_GROUP, tenant(tenant));
        };
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

    /** The settings in which these queues have these limits and groups. */
    public QueueSettings with(Map<QueueName, Member> members) {
        Map<String, Member> moreGroups = new HashMap<>(groups);
        Map<String, Member> moreUsers = new HashMap<>(users);
        Map<Tenant, QueueLimits> moreTenants = new HashMap<>(tenants);
        members.forEach((queue, member) -> {
            switch (queue) {
                case QueueName.OfGroup(var name) -> moreGroups.put(name, member);
                case QueueName.OfUser(var name) -> moreUsers.put(name, member);
                case QueueName.OfApp(var tenant) -> moreTenants.put(tenant, member.limits());
            }
        });
        return new QueueSettings(moreGroups, moreUsers, moreTenants, patience);
    }

    /** What would keep these queues from having these groups, if anything. */
    public Optional<Flaw> flawOf(Map<QueueName, Member> members) {
        Map<String, Member> moreGroups = new HashMap<>(groups);
        Map<String, Member> moreUsers = new HashMap<>(users);
        members.forEach((queue, member) -> {
            switch (queue) {
                case QueueName.OfGroup(var name) -> moreGroups.put(name, member);
                case QueueName.OfUser(var name) -> moreUsers.put(name, member);
                case QueueName.OfApp _ -> {}
            }
        });
        return flaw(moreGroups, moreUsers);
    }

    /** Whether any queue that is named may hold only so many GPUs. */
    boolean isAnyLimited() {
        return Stream.of(
                        groups.values().stream().map(Member::limits),
                        users.values().stream().map(Member::limits),
                        tenants.values().stream())
                .flatMap(limits -> limits)
                .flatMap(limits -> limits.quotas().values().stream())
                .anyMatch(quota -> quota.borrowMax() < Integer.MAX_VALUE);
    }

    private static Optional<Flaw> flaw(Map<String, Member> groups, Map<String, Member> users) {
        for (String group : new TreeSet<>(groups.keySet())) {
            Optional<Flaw> flaw = flawOfChain(groups, new QueueName.OfGroup(group), groups.get(group));
            if (flaw.isPresent()) {
                return flaw;
            }
        }
        for (String user : new TreeSet<>(users.keySet())) {
            Optional<Flaw> flaw = flawOfChain(groups, new QueueName.OfUser(user), users.get(user));
            if (flaw.isPresent()) {
                return flaw;
            }
        }
        return Optional.empty();
    }

    /** A group has to be there, and must not lie within itself. */
    private static Optional<Flaw> flawOfChain(Map<String, Member> groups, QueueName first, @Nullable Member member) {
        Set<String> seen = new HashSet<>();
        Member each = member;
        while (each != null && !each.group().equals(Member.NO_GROUP)) {
            Set<String> others = new TreeSet<>(groups.keySet());
            if (first instanceof QueueName.OfGroup(var name)) {
                others.remove(name);
            }
            if (!groups.containsKey(each.group())) {
                return Optional.of(new Flaw(first, each.group(), "a group that is there, of " + others));
            }
            if (!seen.add(each.group())) {
                return Optional.of(new Flaw(first, each.group(), "a group that does not lie within itself"));
            }
            each = groups.get(each.group());
        }
        return Optional.empty();
    }
}
