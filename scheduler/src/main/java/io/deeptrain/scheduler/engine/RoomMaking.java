package io.deeptrain.scheduler.engine;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.Claims.Claim;
import io.deeptrain.scheduler.fleet.WorkerView;
import io.deeptrain.scheduler.job.JobCommand;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Has running jobs leave, with a checkpoint, for one that stands higher: step 7 of the cycle. The room that they leave
 * is kept for it until all of them have gone.
 */
final class RoomMaking {
    /** Whoever was asked to make room has so long. Then the room is no longer kept, and others may be asked. */
    static final Duration CLAIM_MAX = Duration.ofMinutes(1);

    /** One look a second for a job to make room for, as it means to look at all that run. */
    private static final Duration CLAIM_PAUSE = Duration.ofSeconds(1);

    private final Preemption preemption;
    private final boolean sharedWorkers;
    private final JobBook book;
    private final EngineState state;
    private Instant notBefore = Instant.EPOCH;
    private List<JobDecision> remarks = new ArrayList<>();

    RoomMaking(EngineSettings settings, JobBook book, EngineState state) {
        this.preemption = settings.preemption();
        this.sharedWorkers = settings.sharedWorkers();
        this.book = book;
        this.state = state;
    }

    /** Whoever others made room for, and all of them have left. */
    void assignWhereRoomWasMade() {
        for (Claim claim : state.claims().ready()) {
            book.drop(claim);
            boolean hasRoom = state.fleet().view().stream()
                    .anyMatch(worker -> worker.workerId().equals(claim.workerId())
                            && worker.incarnation().equals(claim.incarnation())
                            && worker.readiness() == Readiness.ACCEPTING
                            && worker.gpusFree() >= claim.gpus());
            if (hasRoom) {
                book.command(
                        claim.reserved().jobId(),
                        new JobCommand.Assign(claim.workerId(), claim.incarnation(), claim.gpus()));
            }
        }
    }

    /** Asks for room for one job: on the worker where least work is lost, by name among equals. */
    void makeRoom(Room room) {
        Instant now = state.clocks().now();
        state.claims().madeBefore(now.minus(CLAIM_MAX)).forEach(book::drop);
        if (!preemption.isEverAllowed() || state.claims().isFull() || now.isBefore(notBefore)) {
            return;
        }
        notBefore = now.plus(CLAIM_PAUSE);
        for (Ticket ticket : book.queue().claimants(room)) {
            if (state.claims().of(ticket.jobId()).isEmpty() && claimFor(book.job(ticket.jobId()))) {
                return;
            }
        }
    }

    private boolean claimFor(JobRecord job) {
        boolean entitled = book.queue().isEntitled(job.tenant(), job.shape());
        Claimant claimant =
                new Claimant(job.jobId(), job.tenant(), job.shape(), job.standingIn(book.queue(), entitled));
        Optional<WorkerView> cheapest = Optional.empty();
        List<Holder> victims = List.of();
        for (WorkerView worker : state.fleet().view()) {
            if (worker.readiness() == Readiness.ACCEPTING
                    && worker.isOf(job.kind())
                    && worker.gpus() >= job.gpus()
                    && state.claims().on(worker.workerId()).isEmpty()) {
                List<Holder> holders = holdersOn(worker.workerId());
                List<Holder> candidates =
                        preemption.victims(claimant, holders, gpusBeside(holders, worker, job), book.queue());
                if (!candidates.isEmpty()
                        && (victims.isEmpty()
                                || preemption.lostGpuMillis(candidates) < preemption.lostGpuMillis(victims))) {
                    cheapest = Optional.of(worker);
                    victims = candidates;
                }
            }
        }
        List<Holder> chosen = victims;
        cheapest.ifPresent(worker -> claim(job, worker, chosen));
        return cheapest.isPresent();
    }

    /** What a job may have of a worker besides what those who run there would give up. */
    private int gpusBeside(List<Holder> holders, WorkerView worker, JobRecord job) {
        if (sharedWorkers) {
            return worker.gpusFree() == 0 ? 0 : book.queue().lendable(job.shapeOf(worker.gpusFree()));
        }
        // The only one there gives up the whole worker; what it does not need itself, the job must be allowed to have.
        int beside = job.gpus() - holders.stream().mapToInt(Holder::gpusHere).sum();
        return beside <= 0 || book.queue().lendable(job.shapeOf(beside)) == beside ? job.gpus() - 1 : 0;
    }

    private void claim(JobRecord job, WorkerView worker, List<Holder> victims) {
        List<Holding> leaving = victims.stream()
                .map(victim -> new Holding(
                        victim.jobId(), book.job(victim.jobId()).state().token()))
                .toList();
        Holding reserved = new Holding(job.jobId(), job.state().token().next());
        state.claims()
                .add(new Claim(
                        reserved,
                        worker.workerId(),
                        worker.incarnation(),
                        job.gpus(),
                        leaving,
                        state.clocks().now()));
        state.fleet().occupy(worker.workerId(), reserved, job.gpus());
        leaving.forEach(holding -> state.outgoing()
                .requestStop(
                        holding,
                        worker.workerId(),
                        worker.incarnation(),
                        StopReason.PREEMPTED,
                        state.clocks().now()));
        remark(job, worker, victims);
    }

    private void remark(JobRecord job, WorkerView worker, List<Holder> victims) {
        for (Holder victim : victims) {
            remarks.add(new JobDecision(
                    victim.jobId(),
                    state.clocks().now(),
                    "asked-to-leave",
                    "Job %s stands higher and fits nowhere else: asked to leave worker %s with a checkpoint; %s of its work was not saved."
                            .formatted(job.jobId(), worker.workerId(), victim.unsaved())));
        }
        remarks.add(new JobDecision(
                job.jobId(),
                state.clocks().now(),
                "room-asked-for",
                "On worker %s least work is lost: room is asked for there, of %s."
                        .formatted(
                                worker.workerId(),
                                victims.stream()
                                        .map(victim -> victim.jobId().value())
                                        .collect(Collectors.joining(", ")))));
    }

    /** What there is to say since this was last asked. */
    List<JobDecision> takeRemarks() {
        List<JobDecision> taken = remarks;
        remarks = new ArrayList<>();
        return taken;
    }

    /** Those that run on the worker, or are led there, and go on as far as anybody knows. */
    private List<Holder> holdersOn(WorkerId workerId) {
        List<Holder> holders = new ArrayList<>();
        for (Watch watch : state.leases().heldBy(workerId)) {
            JobRecord job = book.job(watch.jobId());
            if (job.state() instanceof Running running && book.wantedStop(job).isEmpty()) {
                holders.add(new Holder(
                        job.jobId(),
                        job.tenant(),
                        job.shapeHeld(),
                        job.standingIn(book.queue(), watch.isEntitled()),
                        Duration.between(running.startedAt(), state.clocks().now()),
                        Duration.ofMillis(running.unsavedMillis()),
                        running.preemptions(),
                        running.lease().gpusOfHolder()));
            }
        }
        return holders;
    }
}
