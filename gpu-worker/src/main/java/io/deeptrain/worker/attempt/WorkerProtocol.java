package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AssignmentEvent.Work;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.StopReason;
import io.deeptrain.worker.attempt.Activity.Busy;
import io.deeptrain.worker.attempt.WorkerInput.Acknowledged;
import io.deeptrain.worker.attempt.WorkerInput.DrainRequested;
import io.deeptrain.worker.attempt.WorkerInput.GivenBack;
import io.deeptrain.worker.attempt.WorkerInput.GpusSeen;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import io.deeptrain.worker.attempt.WorkerInput.Tick;
import io.deeptrain.worker.attempt.WorkerInput.Trained;
import io.deeptrain.worker.attempt.WorkerState.Ended;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.List;

/**
 * The rules of a worker: what it hears, what its trainer reports and the passing of time go in; what it says and what
 * it orders its trainer come out. It never stops training for lack of contact, only when told to.
 *
 * <p>It runs one attempt at a time. The scheduler gives it no more than that, so an assignment that comes while another
 * attempt is under way means that the scheduler counts the latter as over: it is stopped in silence. The same holds for
 * the ranks of an attempt that another worker leads.
 *
 * <p>See {@link Activity} for the states.
 */
public final class WorkerProtocol {
    /** Beyond this many, the oldest news of a checkpoint is given up: a newer one says more. */
    static final int UNACKNOWLEDGED_MAX = 1_000;

    /** What one input led to. */
    public record Turn(WorkerState state, List<WorkerAction> actions) {
        public Turn {
            actions = List.copyOf(actions);
        }
    }

    private final TurnDraft turn;
    private final WorkTaking taking;
    private final Stops stops;
    private final TrainerNews news;

    private WorkerProtocol(TurnDraft turn) {
        this.turn = turn;
        this.taking = new WorkTaking(turn);
        this.stops = new Stops(turn);
        this.news = new TrainerNews(turn, taking, stops);
    }

    public static WorkerState start(WorkerIdentity identity) {
        return WorkerState.started(identity);
    }

    /**
     * Folds one input.
     *
     * @param monotonicMillis the worker's monotonic clock, from any beginning; it never goes back
     */
    public static Turn apply(WorkerState state, WorkerInput input, long monotonicMillis) {
        TurnDraft turn = new TurnDraft(state, monotonicMillis);
        new WorkerProtocol(turn).fold(input);
        return turn.made();
    }

    private void fold(WorkerInput input) {
        switch (input) {
            case Heard(AssignmentEvent event) -> heard(event);
            case Trained(TrainerReport report) -> news.trained(report);
            case GivenBack(AttemptId attempt) -> taking.givenBack(attempt);
            case Acknowledged(AttemptEvent event) -> turn.acknowledged(event);
            case GpusSeen(GpuHealth health) -> gpusSeen(health);
            case Tick() -> tick();
            case DrainRequested() -> drain();
        }
    }

    private void heard(AssignmentEvent event) {
        if (!event.workerId().equals(turn.me())
                || !event.incarnation().equals(turn.state().identity().incarnation())) {
            return;
        }
        AttemptId attempt = AttemptId.of(event);
        List<Ended> ended = turn.state().endedOf(attempt.jobId()).stream().toList();
        if (ended.stream().anyMatch(last -> last.token().compareTo(attempt.token()) > 0)) {
            return;
        }
        boolean over = ended.stream().anyMatch(last -> last.token().equals(attempt.token()));
        switch (event) {
            case AttemptAssigned assigned when over -> turn.repeatLastWord(assigned);
            case RanksAssigned _ when over -> {}
            case Work work -> taking.assigned(work);
            case AttemptStopRequested stop
            when over && stop.reason() == StopReason.SUPERSEDED -> turn.fallSilent(attempt);
            case AttemptStopRequested stop when over -> turn.repeatLastWord(stop);
            case AttemptStopRequested stop -> stops.requested(stop);
        }
    }

    /**
     * What runs on others goes on. Who has none left goes on to offer what it did: whatever it is given fails for the
     * platform's reasons, by which the scheduler tells that the worker is to be taken out of service.
     */
    private void gpusSeen(GpuHealth health) {
        int left = health.places(turn.state().identity().gpus()).size();
        turn.become(health, left > 0 ? left : turn.state().gpus());
        stops.leaveBrokenGpus();
    }

    private void tick() {
        news.reportDueProgress();
        news.giveUpWhoHangs();
        turn.resend();
        turn.beat();
    }

    private void drain() {
        if (turn.state().readiness() != Readiness.ACCEPTING) {
            return;
        }
        turn.become(Readiness.DRAINING);
        if (turn.state().activity() instanceof Busy busy) {
            stops.stop(busy, StopReason.PREEMPTED);
        }
        turn.leaveIfDone();
    }
}
