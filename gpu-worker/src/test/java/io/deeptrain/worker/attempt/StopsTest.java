package io.deeptrain.worker.attempt;

import static io.deeptrain.worker.attempt.WorkerScript.JOB;
import static io.deeptrain.worker.attempt.WorkerScript.ME;
import static io.deeptrain.worker.attempt.WorkerScript.released;
import static io.deeptrain.worker.attempt.WorkerScript.running;
import static io.deeptrain.worker.attempt.WorkerScript.stopRequested;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.StopReason;
import io.deeptrain.worker.attempt.Activity.Stopping;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An attempt that is told to stop more than once, for one reason after another. */
class StopsTest {
    @ParameterizedTest
    @CsvSource({"PREEMPTED, CANCELLED", "PREEMPTED, SUPERSEDED", "CANCELLED, SUPERSEDED"})
    void the_strongest_reason_is_kept_and_the_last_word_tells_it(StopReason weaker, StopReason stronger) {
        WorkerScript worker = running().when(stopRequested(JOB, 1, weaker)).when(stopRequested(JOB, 1, stronger));
        assertThat(worker.state().activity())
                .isInstanceOfSatisfying(
                        Stopping.class,
                        stopping -> assertThat(stopping.cause()).isEqualTo(new StopCause.Asked(stronger)));
        worker.when(stopRequested(JOB, 1, weaker)).thenNothing().when(released());
        if (stronger == StopReason.SUPERSEDED) {
            worker.thenPublished();
        } else {
            worker.thenPublished(new AttemptStopped(JOB, new FencingToken(1), ME, stronger, 0));
        }
    }
}
