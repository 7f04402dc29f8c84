package io.deeptrain.scheduler.queue;

import io.deeptrain.event.Tenant;
import java.util.Comparator;
import java.util.Optional;

/** Which queue of the tree is meant: that of a group, of a user, or of a user's app, which holds the jobs. */
public sealed interface QueueName extends Comparable<QueueName> {
    record OfGroup(String name) implements QueueName {}

    /** A user, by id. */
    record OfUser(String name) implements QueueName {}

    record OfApp(Tenant tenant) implements QueueName {
        @Override
        public String name() {
            return tenant.toString();
        }
    }

    /** As it is written: the name of a group, the id of a user, or {@code user/app}. */
    String name();

    /** As it is written: {@code group}, {@code user} or {@code app}. */
    default String kind() {
        return switch (this) {
            case OfGroup _ -> "group";
            case OfUser _ -> "user";
            case OfApp _ -> "app";
        };
    }

    default String words() {
        return kind() + " " + name();
    }

    /** Empty if there is no such kind, or the name cannot be one. */
    static Optional<QueueName> parse(String kind, String name) {
        int slash = name.indexOf('/');
        if (name.isBlank()) {
            return Optional.empty();
        }
        return switch (kind) {
            case "group" -> Optional.of(new OfGroup(name));
            case "user" -> slash < 0 ? Optional.of(new OfUser(name)) : Optional.empty();
            case "app" ->
                slash > 0 && slash == name.lastIndexOf('/') && slash < name.length() - 1
                        ? Optional.of(new OfApp(new Tenant(name.substring(0, slash), name.substring(slash + 1))))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    @Override
    default int compareTo(QueueName other) {
        return Comparator.comparing(QueueName::kind)
                .thenComparing(QueueName::name)
                .compare(this, other);
    }
}
