package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.event.ModelVersionId;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Tells whoever watches a version that it has changed. However many watch, one look at the database serves them all.
 */
@ApplicationScoped
public class VersionWatch {
    private static final Logger LOG = Logger.getLogger(VersionWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Database database;
    private final Map<ModelVersionId, Set<Watcher>> watchers = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("version-watch").daemon().unstarted(this::run);

    VersionWatch(Database database) {
        this.database = database;
    }

    /** Is told of changes. Must not wait for anything. */
    @FunctionalInterface
    public interface Watcher {
        void changed();
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        closing.countDown();
        thread.join(CLOSE_TIMEOUT);
    }

    /** Is told from now on, and once right away. */
    public void watch(ModelVersionId version, Watcher watcher) {
        watchers.computeIfAbsent(version, _ -> ConcurrentHashMap.newKeySet()).add(watcher);
        watcher.changed();
    }

    public void unwatch(ModelVersionId version, Watcher watcher) {
        watchers.computeIfPresent(version, (_, watching) -> {
            watching.remove(watcher);
            return watching.isEmpty() ? null : watching;
        });
    }

    private void run() {
        Map<ModelVersionId, Long> seen = new HashMap<>();
        try {
            while (!closing.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                List<ModelVersionId> watched = List.copyOf(watchers.keySet());
                seen.keySet().retainAll(Set.copyOf(watched));
                if (!watched.isEmpty()) {
                    look(watched, seen);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(List<ModelVersionId> watched, Map<ModelVersionId, Long> seen) {
        try {
            database.inTransaction(connection -> Versions.revisions(connection, watched))
                    .forEach((version, revision) -> {
                        Long before = seen.put(version, revision);
                        if (before == null || before.longValue() != revision) {
                            watchers.getOrDefault(version, Set.of()).forEach(Watcher::changed);
                        }
                    });
        } catch (Refusal away) {
            LOG.debugf("cannot look at versions now: %s", away.details());
        } catch (RuntimeException bug) {
            LOG.error("cannot look at versions", bug);
        }
    }
}
