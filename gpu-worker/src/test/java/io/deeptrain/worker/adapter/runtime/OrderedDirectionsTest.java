package io.deeptrain.worker.adapter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Completion;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerOrder;
import io.deeptrain.worker.attempt.TrainerOrder.Begin;
import io.deeptrain.worker.attempt.TrainerOrder.FinishEarly;
import io.deeptrain.worker.attempt.TrainerOrder.SaveAndStop;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.port.Directions.Direction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OrderedDirectionsTest {
    private static final AttemptId ATTEMPT = new AttemptId(new JobId("job-1"), new FencingToken(1));
    private static final TrainerOrder BEGIN = new Begin(ATTEMPT);
    private static final TrainerOrder FINISH = new FinishEarly(ATTEMPT, Completion.BUDGET_REACHED);
    private static final TrainerOrder SAVE = new SaveAndStop(ATTEMPT);
    private static final TrainerOrder STOP = new StopNow(ATTEMPT);

    private static Direction after(TrainerOrder... orders) {
        OrderedDirections directions = new OrderedDirections();
        for (TrainerOrder order : orders) {
            directions.obey(order);
        }
        return directions.now();
    }

    @Test
    void a_stop_is_never_taken_back_and_the_harder_one_wins() {
        assertThat(after()).isEqualTo(new Direction.Wait());
        assertThat(after(BEGIN)).isEqualTo(new Direction.Proceed());
        assertThat(after(BEGIN, FINISH)).isEqualTo(new Direction.FinishEarly(Completion.BUDGET_REACHED));
        assertThat(after(FINISH)).isEqualTo(new Direction.FinishEarly(Completion.BUDGET_REACHED));
        assertThat(after(FINISH, BEGIN)).isEqualTo(new Direction.FinishEarly(Completion.BUDGET_REACHED));
        assertThat(after(FINISH, STOP, BEGIN)).isEqualTo(new Direction.StopNow());
        assertThat(after(BEGIN, FINISH, SAVE)).isEqualTo(new Direction.SaveAndStop());
        assertThat(after(BEGIN, SAVE, FINISH, BEGIN)).isEqualTo(new Direction.SaveAndStop());
        assertThat(after(SAVE, STOP)).isEqualTo(new Direction.StopNow());
        assertThat(after(STOP, SAVE, FINISH, BEGIN)).isEqualTo(new Direction.StopNow());
    }

    @Test
    void whoever_waits_for_the_word_to_begin_hears_a_stop_too() throws Exception {
        OrderedDirections directions = new OrderedDirections();
        CompletableFuture<Direction> heard = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                heard.complete(directions.awaitBegin());
            } catch (InterruptedException interrupted) {
                heard.completeExceptionally(interrupted);
            }
        });
        directions.obey(STOP);
        assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo(new Direction.StopNow());
    }

    @Test
    void whoever_is_to_finish_early_waits_for_the_word_to_begin_all_the_same() throws Exception {
        OrderedDirections directions = new OrderedDirections();
        directions.obey(FINISH);
        CompletableFuture<Direction> heard = new CompletableFuture<>();
        Thread preparing = Thread.ofPlatform().daemon().start(() -> {
            try {
                heard.complete(directions.awaitBegin());
            } catch (InterruptedException interrupted) {
                heard.completeExceptionally(interrupted);
            }
        });
        while (preparing.getState() != Thread.State.WAITING) {
            assertThat(heard).isNotDone();
            Thread.onSpinWait();
        }
        directions.obey(BEGIN);
        assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo(new Direction.FinishEarly(Completion.BUDGET_REACHED));
    }
}
