package io.deeptrain.scheduler.engine;

import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.Watch.PartnerWatch;
import io.deeptrain.scheduler.job.JobCommand;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.job.Losses;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Workers that come, fall silent, fail and go, and what that means for the jobs that they hold. Looks at a tick, step 3
 * of the cycle, for leases whose term has passed and attempts that show no new work.
 */
final class Workforce {
    private final EngineSettings settings;
    private final JobBook book;
    private final EngineState state;
    private final Faults faults;
    private final Capacity capacity = new Capacity();

    Workforce(EngineSettings settings, JobBook book, EngineState state, Faults faults) {
        this.settings = settings;
        this.book = book;
        this.state = state;
        this.faults = faults;
    }

    /** What those take on together that take on work. */
    Capacity capacity() {
        return capacity;
    }

    /** What the worker takes on may be more or less now. */
    void measure(WorkerId workerId) {
        if (capacity.set(workerId, state.fleet().milliAccepted(workerId))) {
            book.queue().resizeMilli(Shape.ANY_CLASS, capacity.gpuMilli());
        }
    }

    void leave(WorkerId workerId) {
        state.fleet().leave(workerId);
        forget(workerId);
    }

    private void forget(WorkerId workerId) {
        state.claims().on(workerId).ifPresent(book::drop);
        state.outgoing().stops().settleAll(workerId);
        if (capacity.forget(workerId)) {
            book.queue().resizeMilli(Shape.ANY_CLASS, capacity.gpuMilli());
        }
    }

    void endWhatIsOverdue() {
        List<Watch> due = new ArrayList<>(state.leases().due(state.clocks().heardNanos()));
        // When a timer was set must not matter: a restored engine has set its own at another time.
        due.sort(Comparator.comparingLong(watch -> book.job(watch.jobId()).arrival()));
        due.forEach(this::endIfOverdue);
        state.fleet().forgetSilent(state.clocks().heardNanos()).forEach(this::forget);
    }

    private void endIfOverdue(Watch watch) {
        long heardNanos = state.clocks().heardNanos();
        Lease lease = watch.lease();
        long stalledNanos = book.stallNanos(watch);
        if (book.lapseNanos(watch) <= heardNanos) {
            giveUpLapsed(watch, heardNanos - settings.leaseTerm().toNanos());
        } else if (stalledNanos <= heardNanos) {
            giveUp(
                    watch,
                    RequeueCause.STALLED,
                    "Worker %s showed no new work for %s."
                            .formatted(lease.holder(), Duration.ofNanos(heardNanos - watch.progressedNanos())));
            state.outgoing()
                    .requestStop(
                            lease.holdingOf(watch.jobId()),
                            lease.holder(),
                            lease.incarnation(),
                            StopReason.SUPERSEDED,
                            state.clocks().now());
        } else {
            book.setTimer(watch);
        }
    }

    private void giveUpLapsed(Watch watch, long renewedBeforeNanos) {
        Lease lease = watch.lease();
        if (watch.renewedNanos() <= renewedBeforeNanos) {
            giveUp(
                    watch,
                    RequeueCause.LEASE_LAPSED,
                    "Worker %s was not heard for %s.".formatted(lease.holder(), settings.leaseTerm()));
            return;
        }
        PartnerWatch lapsed = watch.partners().stream()
                .filter(part -> part.renewedNanos() <= renewedBeforeNanos)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("everybody was heard of " + lease));
        giveUpFor(
                watch,
                lapsed.partner().workerId(),
                "Worker %s, which was to run a part of it, did not say for %s that it does."
                        .formatted(lapsed.partner().workerId(), settings.leaseTerm()));
    }

    /** One partner no longer runs its part of the attempt, so that nobody can go on; it is to blame. */
    void giveUpFor(Watch watch, WorkerId partner, String detail) {
        Losses earlier = book.job(watch.jobId()).losses();
        dismissBut(partner, watch);
        book.command(
                watch.jobId(),
                new JobCommand.GiveUp(watch.lease().token(), RequeueCause.LEASE_LAPSED, detail, Optional.of(partner)));
        blame(partner, earlier);
    }

    /** The others who run the attempt are told at once that it is over. */
    void dismissBut(WorkerId workerId, Watch watch) {
        for (Partner member : watch.lease().members()) {
            boolean isThere = state.fleet().incarnationOf(member.workerId()).equals(Optional.of(member.incarnation()));
            if (isThere && !member.workerId().equals(workerId)) {
                state.outgoing()
                        .requestStop(
                                watch.lease().holdingOf(watch.jobId()),
                                member.workerId(),
                                member.incarnation(),
                                StopReason.SUPERSEDED,
                                state.clocks().now());
            }
        }
    }

    /** The attempt is lost, and its worker is to blame. */
    void giveUp(Watch watch, RequeueCause cause, String detail) {
        Losses earlier = book.job(watch.jobId()).losses();
        book.command(watch.jobId(), new JobCommand.GiveUp(watch.lease().token(), cause, detail));
        blame(watch.lease().holder(), earlier);
    }

    void blame(WorkerId workerId, Losses earlier) {
        faults.blame(workerId, earlier, state.fleet().size(), state.clocks().now());
    }
}
