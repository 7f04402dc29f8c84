package io.deeptrain.scheduler.engine;

import io.deeptrain.event.JobId;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.elastic.Elastic;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Standing;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives running elastic jobs more or fewer GPUs, when an epoch of theirs has ended and its checkpoint is saved: the
 * attempt is asked to leave, as for a preemption, and the next one begins at once where it was, with the other number.
 *
 * <ol>
 *   <li>Fewer, if somebody waits who could start with what the jobs on that worker have beyond the least that they ask
 *       for. Class and guarantee are heeded, and between tenants the share, as in {@link Preemption}.
 *   <li>More, if nobody waits, and what it saves pays for the restart.
 * </ol>
 *
 * <p>That does not go round in circles. As long as nobody comes and nothing ends, somebody who waits starts with what
 * is given up, or nobody waits: then the sum of speed-ups rises with each job that gets more, and the GPUs that are
 * free fall. Both end. An event from outside may begin it anew; but it takes an epoch and {@link Preemption#runMin}
 * each time, must pay for itself, and counts among the {@link Preemption#perJobMax} times that a job makes room.
 */
final class Resizing {
    private final Elastic elastic;
    private final Preemption preemption;
    private final boolean sharedWorkers;
    private final JobBook book;
    private final EngineState state;
    private final Room room;
    private final Map<JobId, Leaving> leaving = new LinkedHashMap<>();
    private List<JobDecision> remarks = new ArrayList<>();

    /** Was asked to leave this worker, and gets at most so many GPUs there. */
    private record Leaving(Lease lease, int most) {}

    Resizing(EngineSettings settings, JobBook book, EngineState state, Room room) {
        preemption = settings.preemption();
        sharedWorkers = settings.sharedWorkers();
        elastic = Elastic.of(preemption);
        this.book = book;
        this.state = state;
        this.room = room;
    }

    /** The job has saved all of an epoch. */
    void epochEnded(JobId jobId) {
        JobRecord job = book.job(jobId);
        if (!job.isElastic() || !(job.state() instanceof Running running) || !mayLeave(job, running)) {
            return;
        }
        int gpus = running.lease().gpus();
        Optional<Ticket> other = gpus > job.gpus() ? whoCouldStart(job, running) : Optional.empty();
        if (other.isPresent()) {
            int most = sharedWorkers ? least(job, running, other.get()) : job.gpusMost();
            ask(
                    job,
                    running,
                    most,
                    "so that job %s can start".formatted(other.get().jobId()));
            return;
        }
        int more = gpus < job.gpusMost() && isNobodyWaiting() ? largest(job, running) : gpus;
        if (elastic.paysToGrow(job.remainingWork(), job.gpusMost(), gpus, more)) {
            ask(job, running, job.gpusMost(), "as nobody waits for the GPUs that are free");
        }
    }

    private boolean mayLeave(JobRecord job, Running running) {
        Duration ranFor = Duration.between(running.startedAt(), state.clocks().now());
        // What lies over several workers stays as it is.
        return running.lease().span().isEmpty()
                && !leaving.containsKey(job.jobId())
                && book.wantedStop(job).isEmpty()
                && ranFor.compareTo(preemption.runMin()) >= 0
                && running.preemptions() < preemption.perJobMax()
                && state.claims()
                        .on(running.lease().holder())
                        .filter(claim -> claim.awaits(running.lease().holdingOf(job.jobId())))
                        .isEmpty();
    }

    private boolean isNobodyWaiting() {
        return book.queue().readyCount() == 0 && leaving.isEmpty();
    }

    /** Of those whose turn it would be, the first for whom there is room if jobs on this worker get smaller. */
    private Optional<Ticket> whoCouldStart(JobRecord job, Running running) {
        return book.queue().claimants(room).stream()
                .filter(ticket -> state.claims().of(ticket.jobId()).isEmpty())
                .filter(ticket -> isRoomFor(ticket, job, running))
                .filter(ticket -> hasBetterRight(ticket, job, running))
                .filter(ticket -> elastic.paysToShrink(
                        job.remainingWork(),
                        job.gpusMost(),
                        running.lease().gpus(),
                        least(job, running, ticket),
                        ticket.shape().gpus()))
                .findFirst();
    }

    private boolean isRoomFor(Ticket ticket, JobRecord job, Running running) {
        WorkerId workerId = running.lease().holder();
        Optional<Place> place = state.fleet()
                .place(workerId)
                .filter(there ->
                        there.isAccepting() && there.isOf(ticket.shape().kind()));
        if (place.isEmpty()) {
            return false;
        }
        int wanted = ticket.shape().gpus();
        if (sharedWorkers) {
            return wanted > place.get().gpusSpare() && wanted <= place.get().gpusSpare() + beyondLeast(workerId);
        }
        // It has the whole worker, and must go to another one.
        return wanted <= place.get().gpus()
                && state.fleet()
                        .roomFor(job.kind(), job.gpus(), job.losses().workers())
                        .isPresent();
    }

    /** What the elastic jobs there have that they can do without. */
    private int beyondLeast(WorkerId workerId) {
        int sum = 0;
        for (Watch watch : state.leases().heldBy(workerId)) {
            JobRecord job = book.job(watch.jobId());
            if (job.state() instanceof Running running && book.wantedStop(job).isEmpty()) {
                sum += running.lease().gpus() - job.gpus();
            }
        }
        return sum;
    }

    /** How few GPUs it must go on with. */
    private int least(JobRecord job, Running running, Ticket other) {
        int gpus = running.lease().gpus();
        if (!sharedWorkers) {
            return Math.clamp(state.fleet().gpusFreeOnOne(job.kind()), job.gpus(), gpus);
        }
        int spare = state.fleet()
                .place(running.lease().holder())
                .map(Place::gpusSpare)
                .orElse(0);
        return Math.max(job.gpus(), gpus - (other.shape().gpus() - Math.max(0, spare)));
    }

    private boolean hasBetterRight(Ticket ticket, JobRecord job, Running running) {
        JobRecord other = book.job(ticket.jobId());
        boolean entitled = book.queue().isEntitled(other.tenant(), other.shape());
        boolean isEntitled =
                state.leases().of(job.jobId()).filter(Watch::isEntitled).isPresent();
        Standing standing = other.standingIn(book.queue(), entitled);
        Standing own = job.standingIn(book.queue(), isEntitled);
        if (standing.priority() != own.priority() || entitled != isEntitled) {
            return standing.compareTo(own) < 0;
        }
        long fewer = job.shapeOf(1).gpuMilli() * (running.lease().gpus() - least(job, running, ticket));
        return other.tenant().equals(job.tenant())
                || book.queue()
                        .staysAhead(
                                new Holder(
                                        job.jobId(),
                                        job.tenant(),
                                        job.shapeHeld(),
                                        own,
                                        Duration.ZERO,
                                        Duration.ZERO,
                                        running.preemptions()),
                                fewer,
                                new Claimant(other.jobId(), other.tenant(), other.shape(), standing));
    }

    /** The most GPUs that it could go on with. */
    private int largest(JobRecord job, Running running) {
        int gpus = running.lease().gpus();
        int here = sharedWorkers
                ? gpus
                        + state.fleet()
                                .place(running.lease().holder())
                                .map(Place::gpusOffered)
                                .orElse(0)
                : gpus;
        int most = Math.min(job.gpusMost(), Math.max(here, state.fleet().gpusFreeOnOne(job.kind())));
        while (most > gpus && !book.queue().allows(job.tenant(), job.shapeOf(most - gpus))) {
            most--;
        }
        return most;
    }

    private void ask(JobRecord job, Running running, int most, String why) {
        Lease lease = running.lease();
        leaving.put(job.jobId(), new Leaving(lease, most));
        state.outgoing()
                .requestStop(
                        lease.holdingOf(job.jobId()),
                        lease.holder(),
                        lease.incarnation(),
                        StopReason.PREEMPTED,
                        state.clocks().now());
        remarks.add(new JobDecision(
                job.jobId(),
                state.clocks().now(),
                "asked-to-resize",
                "An epoch has ended on %d GPUs: asked to leave with its checkpoint and to go on with %d at most, %s."
                        .formatted(lease.gpus(), most, why)));
    }

    /** Those that have left go on before anybody else starts. */
    void seatThoseThatLeft(ElasticSeats seats) {
        Iterator<Map.Entry<JobId, Leaving>> asked = leaving.entrySet().iterator();
        while (asked.hasNext()) {
            Map.Entry<JobId, Leaving> next = asked.next();
            Lease lease = next.getValue().lease();
            Optional<JobRecord> job = book.find(next.getKey());
            boolean isStillThere = job.filter(known -> known.state() instanceof Leased leased
                            && leased.lease().equals(lease))
                    .isPresent();
            if (!isStillThere) {
                asked.remove();
                job.ifPresent(known ->
                        seats.takeAgain(known, lease.holder(), next.getValue().most()));
            }
        }
    }

    /** What there is to say since this was last asked. */
    List<JobDecision> takeRemarks() {
        List<JobDecision> taken = remarks;
        remarks = new ArrayList<>();
        return taken;
    }
}
