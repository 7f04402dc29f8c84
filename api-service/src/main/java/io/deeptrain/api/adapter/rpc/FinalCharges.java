package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.postgres.Charges;
import io.deeptrain.api.adapter.postgres.Charges.StoredCharge;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says what deleted versions cost in the end. Billing tells it a moment after the scheduler heard of the cancel. */
@ApplicationScoped
class FinalCharges {
    private static final Duration WAIT_MAX = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Database database;

    FinalCharges(Database database) {
        this.database = database;
    }

    /**
     * The answer to a delete that was committed before: {@code status.details} is a JSON object with
     * {@code billed_seconds}, {@code amount_cents} and {@code final}, summed over the jobs. It is not final if billing
     * has not spoken within a few seconds; the deletion stands either way.
     */
    BaseResponse answer(List<JobId> jobs) {
        return BaseResponse.newBuilder()
                .setStatus(Answers.of(StatusCode.SUCCESS, jobs.isEmpty() ? "" : details(jobs)))
                .build();
    }

    private String details(List<JobId> jobs) {
        long deadlineNanos = System.nanoTime() + WAIT_MAX.toNanos();
        while (true) {
            List<StoredCharge> charges = read(jobs);
            boolean isFinal = charges.stream().filter(StoredCharge::isFinal).count() == jobs.size();
            if (isFinal || System.nanoTime() >= deadlineNanos || interrupted()) {
                return "{\"billed_seconds\":%d,\"amount_cents\":%d,\"final\":%s}"
                        .formatted(
                                charges.stream()
                                        .mapToLong(charge -> charge.statement().billedSeconds())
                                        .sum(),
                                charges.stream()
                                        .mapToLong(charge -> charge.statement().amountCents())
                                        .sum(),
                                isFinal);
            }
        }
    }

    private List<StoredCharge> read(List<JobId> jobs) {
        return database.inTransaction(connection -> {
            List<StoredCharge> charges = new ArrayList<>();
            for (JobId job : jobs) {
                Optional<StoredCharge> charge = Charges.find(connection, job);
                charge.ifPresent(charges::add);
            }
            return charges;
        });
    }

    private static boolean interrupted() {
        try {
            Thread.sleep(LOOK_AGAIN);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
