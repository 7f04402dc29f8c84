package io.deeptrain.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.WorkerId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingLogTest {
    private static final JobId JOB = new JobId("j");
    private static final Instant NOW = Instant.EPOCH;
    private static final FencingToken FIRST = new FencingToken(1);
    private static final FencingToken SECOND = new FencingToken(2);
    private static final StoredObject OBJECT = new StoredObject("k", "a".repeat(64), 1);
    private static final Checkpoint CHECKPOINT = new Checkpoint(FIRST, 1, 3, 120, 1, OBJECT);

    @Test
    void each_step_of_the_history_is_a_line() {
        assertThat(line(new JobAssigned(JOB, 2, NOW, FIRST, new WorkerId("w"), new Origin.Scratch())))
                .contains("Assigned to a worker: attempt 1, from the beginning");
        assertThat(line(new JobStarted(JOB, 3, NOW, SECOND, new Origin.Resumed(CHECKPOINT))))
                .contains("Started: attempt 2, going on after epoch 3, step 120");
        assertThat(line(new JobCheckpointed(JOB, 4, NOW, CHECKPOINT)))
                .contains("Checkpoint saved after epoch 3, step 120");
        assertThat(line(new JobCancelling(JOB, 5, NOW, FIRST, NOW)))
                .contains("Cancelled: the attempt is being stopped");
        assertThat(line(new JobCancelled(JOB, 6, NOW, FIRST, NOW, 0))).contains("Cancelled");
        assertThat(line(new JobFinishing(JOB, 5, NOW, FIRST, 8))).isEmpty();
        assertThat(line(new JobSucceeded(
                        JOB,
                        6,
                        NOW,
                        FIRST,
                        OBJECT,
                        Map.of("test_f1", 0.5, "test_accuracy", 0.98),
                        Completion.BUDGET_REACHED,
                        8)))
                .contains("Succeeded, stopped early at its cost cap: test_accuracy 0.9800, test_f1 0.5000");
        assertThat(line(new JobFailed(JOB, 6, NOW, FIRST, Fault.USER, "NO_IMAGES", "no image can be read", 8)))
                .contains("Failed: no image can be read (NO_IMAGES, USER fault)");
        for (RequeueCause cause : RequeueCause.values()) {
            assertThat(line(new JobRequeued(JOB, 4, NOW, FIRST, cause, "secret", 1, NOW)))
                    .hasValueSatisfying(line -> assertThat(line)
                            .startsWith("Waiting again: the worker")
                            .doesNotContain("secret"));
        }
    }

    @Test
    void an_epoch_is_told_once() {
        ProgressReported second = report(FIRST, 2, 0.31234, Map.of("test_accuracy", 0.93));
        assertThat(TrainingLog.line(Optional.empty(), report(FIRST, 0, 1, Map.of())))
                .isEmpty();
        assertThat(TrainingLog.line(Optional.of(report(FIRST, 1, 1, Map.of())), second))
                .contains("Epoch 2 of 9: loss 0.3123, test_accuracy 0.9300, 120 images/s");
        assertThat(TrainingLog.line(Optional.of(second), second)).isEmpty();
        assertThat(TrainingLog.line(Optional.of(second), report(FIRST, 1, 1, Map.of())))
                .isEmpty();
        assertThat(TrainingLog.line(Optional.empty(), report(FIRST, 3, Double.NaN, Map.of())))
                .contains("Epoch 3 of 9, 120 images/s");
    }

    @Test
    void a_later_attempt_tells_the_epochs_that_it_goes_through_again() {
        ProgressReported fourth = report(FIRST, 4, 1, Map.of());
        assertThat(TrainingLog.line(Optional.of(fourth), report(SECOND, 4, 1, Map.of())))
                .isEmpty();
        assertThat(TrainingLog.line(Optional.of(fourth), report(SECOND, 1, 1, Map.of())))
                .isPresent();
    }

    private static Optional<String> line(JobEvent entry) {
        return TrainingLog.line(entry);
    }

    private static ProgressReported report(FencingToken attempt, int epoch, double loss, Map<String, Double> metrics) {
        return new ProgressReported(
                JOB,
                attempt,
                new WorkerId("w"),
                1,
                new Progress(Phase.TRAINING, epoch, 9, epoch * 10L, 90, loss, metrics, 120),
                4000);
    }
}
