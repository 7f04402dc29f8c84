package io.deeptrain.scheduler.explain;

import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;

/** Where in the tree of queues a queue is. */
public enum Level {
    APP("app"),
    USER("user"),
    GROUP("group");

    private final String words;

    Level(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /** Of the queue that is so many steps above a tenant's own. */
    static Level at(int steps) {
        return switch (steps) {
            case 0 -> APP;
            case 1 -> USER;
            default -> GROUP;
        };
    }

    /** The limits of the queue with this name, which the tenant is in. */
    QueueLimits limitsIn(QueueSettings settings, Tenant tenant, String queue) {
        return switch (this) {
            case APP -> settings.tenant(tenant);
            case USER -> settings.user(queue).limits();
            case GROUP -> settings.groupOf(queue).limits();
        };
    }

    QueueSettings withLimits(QueueSettings settings, Tenant tenant, String queue, QueueLimits limits) {
        return switch (this) {
            case APP -> settings.withTenant(tenant, limits);
            case USER ->
                settings.withUser(queue, new Member(settings.user(queue).group(), limits));
            case GROUP ->
                settings.withGroup(queue, new Member(settings.groupOf(queue).group(), limits));
        };
    }
}
