package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Budgets;
import io.deeptrain.api.adapter.postgres.Budgets.StoredBudget;
import io.deeptrain.api.budget.Hold;
import io.deeptrain.api.budget.Standing;
import io.deeptrain.api.invoice.InvoiceMonths;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.YearMonth;

/** Sets aside what a training is expected to cost, if the budgets that it counts on have that left. */
@ApplicationScoped
class TrainingHolds {
    private final Clock clock;

    TrainingHolds(Clock clock) {
        this.clock = clock;
    }

    /**
     * In the transaction that accepts the training, which holds its budgets from here to its end: of several that come
     * at once each sees what the one before it took.
     *
     * @throws Refusal if a hard budget has less left
     */
    void setAside(Connection connection, TrainingRequested training) throws SQLException {
        YearMonth month = InvoiceMonths.of(clock.instant());
        Hold hold = Hold.of(
                training.estimate(),
                training.rate(),
                training.spec().gpus(),
                training.spec().gpuMilli(),
                training.cap());
        for (StoredBudget stored : Budgets.hold(connection, training.tenant())) {
            Standing standing =
                    Budgets.standing(connection, stored, month, training.rate().currency());
            if (!standing.admits(hold)) {
                throw refusal(stored, standing, hold, month);
            }
        }
        Budgets.setAside(connection, training.jobId(), training.tenant(), hold);
    }

    private static Refusal refusal(StoredBudget stored, Standing standing, Hold hold, YearMonth month) {
        long left = Math.max(0, standing.remainingCents());
        String cheaper = left > 0
                ? ", or set train_info.params.max_cost_cents to at most %d, at which it ends with what it has learned"
                        .formatted(left)
                : "";
        return new Refusal(
                StatusCode.BUDGET_EXCEEDED,
                "budget of %s is %d cents for %s but must have %d left for this training, and has %d: %d are spent, %d set aside. Raise it%s"
                        .formatted(
                                stored.coverage()
                                        .appId()
                                        .map("app '%s'"::formatted)
                                        .orElseGet(() -> "user '%s'"
                                                .formatted(stored.coverage().userId())),
                                standing.budget().amountCents(),
                                month,
                                hold.placedCents(),
                                left,
                                standing.spentCents(),
                                standing.committedCents(),
                                cheaper));
    }
}
