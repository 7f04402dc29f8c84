package io.deeptrain.api.adapter.clock;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.BudgetAlerts;
import io.deeptrain.api.adapter.postgres.Budgets;
import io.deeptrain.api.adapter.postgres.Budgets.StoredBudget;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.budget.Standing;
import io.deeptrain.api.invoice.InvoiceMonths;
import io.deeptrain.event.JobId;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Looks at the budgets over which something was charged lately: tells the thresholds that were reached, and stops the
 * trainings that a hard budget no longer pays for. Several of these may run; a budget is looked at by one at a time. In
 * between it looks at all of them, for what no charge leads to: a new month, or a start after a pause.
 */
@ApplicationScoped
public class BudgetWatch {
    private static final Logger LOG = Logger.getLogger(BudgetWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** Longer than a look takes, so that no charge falls between two. */
    private static final Duration LATELY = Duration.ofSeconds(30);

    private static final int LOOKS_UNTIL_ALL = 60;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Database database;
    private final Clock clock;
    private final String currency;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("budgets").daemon().unstarted(this::run);

    BudgetWatch(
            Database database,
            Clock clock,
            @ConfigProperty(name = "deeptrain.rate.currency", defaultValue = "USD") String currency) {
        this.database = database;
        this.clock = clock;
        this.currency = currency;
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        closing.countDown();
        thread.join(CLOSE_TIMEOUT);
    }

    private void run() {
        try {
            for (int looks = 0; !closing.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS); looks++) {
                look(looks % LOOKS_UNTIL_ALL == 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(boolean atAll) {
        try {
            List<StoredBudget> due = database.inTransaction(
                    connection -> atAll ? Budgets.all(connection) : Budgets.chargedWithin(connection, LATELY));
            due.forEach(this::look);
        } catch (Refusal away) {
            LOG.debugf("cannot look at budgets: %s", away.details());
        } catch (RuntimeException bug) {
            LOG.error("cannot look at budgets", bug);
        }
    }

    /** Tells and stops what there is to tell and to stop, unless another one does so now. */
    public void look(StoredBudget known) {
        YearMonth month = InvoiceMonths.of(clock.instant());
        List<JobId> overdrawn = database.inTransaction(connection -> {
            Optional<StoredBudget> held = Budgets.holdIfFree(connection, known);
            if (held.isEmpty()) {
                return List.of();
            }
            Standing standing = Budgets.standing(connection, held.get(), month, currency);
            BudgetAlerts.tell(connection, held.get(), standing, month);
            return standing.overdrawn();
        });
        // Not while the budget is held: whoever holds a version may be waiting for it.
        for (JobId jobId : overdrawn) {
            if (database.inTransaction(connection -> Budgets.stop(connection, jobId))) {
                LOG.infof("job %s is stopped: the budget of %s for %s is used up", jobId, known.coverage(), month);
            }
        }
    }
}
