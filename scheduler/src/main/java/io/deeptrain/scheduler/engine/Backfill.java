package io.deeptrain.scheduler.engine;

import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.JobCommand;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.placement.KindRooms;
import io.deeptrain.scheduler.placement.Reservation;
import io.deeptrain.scheduler.placement.Reservation.InUse;
import io.deeptrain.scheduler.placement.Reservation.Offer;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * While a job goes first of all and there is no room for it, lets others start that do not delay it: step 6 of the
 * cycle. What it is to get is {@linkplain Reservation reserved} anew at each tick, by when those that run end at the
 * latest, see {@link JobRecord#latestEnd}. That only comes nearer: nobody starts on what is reserved whose own latest
 * end is later.
 *
 * <p>Nobody starts beside it while it waits for a quota; while it waits for jobs that nobody knows the end of, only who
 * takes GPUs on which it could never run; and where queues have quotas, only who ends before it starts, as what others
 * borrow could be what it needs.
 */
final class Backfill {
    /**
     * So many jobs are looked at in one tick at most: the first of each tenant and shape, in the order of the queue.
     */
    private static final int LOOKED_AT_MAX = 1_000;

    private final EngineSettings settings;
    private final JobBook book;
    private final EngineState state;
    private Optional<JobId> announced = Optional.empty();
    private List<JobDecision> remarks = new ArrayList<>();

    Backfill(EngineSettings settings, JobBook book, EngineState state) {
        this.settings = settings;
        this.book = book;
        this.state = state;
    }

    void assignBeside(Room room) {
        Optional<Ticket> first = book.queue().firstOfAll(room).filter(ticket -> !room.has(ticket.shape()));
        if (first.isEmpty()) {
            announced = Optional.empty();
            return;
        }
        JobRecord kept = book.job(first.get().jobId());
        List<Offer> offers = new ArrayList<>();
        List<InUse> inUse = new ArrayList<>();
        lookWhereItCouldRun(kept, offers, inUse);
        Optional<Reservation> reservation = Reservation.of(
                kept.gpus(),
                kept.kind().classes(),
                offers,
                inUse,
                state.clocks().now().toEpochMilli());
        reservation.ifPresent(found -> announce(kept, found));
        new Round(kept, reservation.orElseGet(() -> Reservation.ofAll(offers))).assign(room);
    }

    private void lookWhereItCouldRun(JobRecord kept, List<Offer> offers, List<InUse> inUse) {
        for (Place place : state.fleet().places()) {
            if (place.isAccepting() && place.isOf(kept.kind())) {
                WorkerId workerId = place.workerId();
                offers.add(new Offer(
                        workerId,
                        place.lastBeat().gpuClass(),
                        place.topology(),
                        place.gpusSpare() + claimedFor(kept, place),
                        place.isJoint()));
                for (Watch watch : state.leases().heldBy(workerId)) {
                    inUse.add(inUse(place, watch, watch.lease().gpusOfHolder()));
                }
                for (Watch watch : state.leases().sharedBy(workerId)) {
                    inUse.add(inUse(place, watch, watch.lease().gpusOf(workerId)));
                }
            }
        }
    }

    private int claimedFor(JobRecord kept, Place place) {
        return state.claims()
                .of(kept.jobId())
                .filter(claim -> claim.workerId().equals(place.workerId()))
                .map(claim -> settings.occupied(claim.gpus(), place.gpus()))
                .orElse(0);
    }

    private InUse inUse(Place place, Watch watch, int gpus) {
        return new InUse(place.workerId(), settings.occupied(gpus, place.gpus()), latestEnd(book.job(watch.jobId())));
    }

    private long latestEnd(JobRecord job) {
        Instant now = state.clocks().now();
        return book.wantedStop(job).isPresent()
                ? now.toEpochMilli()
                : job.latestEnd(now, settings.preemption().restart())
                        .map(Instant::toEpochMilli)
                        .orElse(Long.MAX_VALUE);
    }

    /** One tick's jobs beside the reservation. */
    private final class Round {
        private final JobRecord kept;
        private final Reservation reservation;
        /** What those may have that end after the reserved job starts. */
        private final KindRooms beside = new KindRooms();

        private final boolean mayOutlast = book.queue().isNothingKept(Shape.ANY_CLASS);
        private int lookedAt;

        Round(JobRecord kept, Reservation reservation) {
            this.kept = kept;
            this.reservation = reservation;
            if (mayOutlast) {
                state.fleet().places().forEach(this::offer);
            }
        }

        private void offer(Place place) {
            int spare = reservation.spareOf(place.workerId(), place.gpusOffered());
            boolean isWhole = settings.occupied(1, place.gpus()) == 1 || spare == place.gpusOffered();
            beside.put(
                    place.workerId(),
                    place.lastBeat().gpuClass(),
                    place.lastBeat().milliOfEach(),
                    isWhole ? spare : 0);
        }

        void assign(Room room) {
            Optional<Ticket> next = nextBeside(room);
            while (next.isPresent()) {
                assign(book.job(next.get().jobId()));
                next = nextBeside(room);
            }
        }

        private Optional<Ticket> nextBeside(Room room) {
            return book.queue()
                    .nextBeside(
                            room,
                            ticket -> ++lookedAt <= LOOKED_AT_MAX
                                    && workerFor(book.job(ticket.jobId())).isPresent());
        }

        private Optional<WorkerId> workerFor(JobRecord job) {
            return isOverBefore(job)
                    ? state.fleet().roomFor(job.kind(), job.gpus(), job.losses().workers())
                    : beside.bestFit(job.kind(), job.gpus(), job.losses().workers());
        }

        private boolean isOverBefore(JobRecord job) {
            return latestEnd(job) <= reservation.shadowMillis();
        }

        private void assign(JobRecord job) {
            WorkerId workerId = workerFor(job).orElseThrow(() -> new IllegalStateException("no worker for " + job));
            IncarnationId incarnation = state.fleet()
                    .incarnationOf(workerId)
                    .orElseThrow(() -> new IllegalStateException("has room, but is not there: " + workerId));
            boolean isOverBefore = isOverBefore(job);
            reservation.started(workerId, job.gpus(), latestEnd(job));
            if (!book.command(job.jobId(), new JobCommand.Assign(workerId, incarnation, job.gpus()))) {
                throw new IllegalStateException("admitted, but not to be assigned: " + job);
            }
            if (mayOutlast) {
                state.fleet().place(workerId).ifPresent(this::offer);
            }
            remarks.add(new JobDecision(
                    job.jobId(),
                    state.clocks().now(),
                    "backfilled",
                    "Job %s goes first, and there is no room for it yet: this one starts beside it, as it %s."
                            .formatted(
                                    kept.jobId(),
                                    isOverBefore
                                            ? "is to be over before %s".formatted(shadow(reservation))
                                            : "takes none of the GPUs that are kept for it")));
        }
    }

    /** Once for each job, as long as it is the first. */
    private void announce(JobRecord kept, Reservation reservation) {
        if (announced.isPresent() && announced.get().equals(kept.jobId())) {
            return;
        }
        announced = Optional.of(kept.jobId());
        remarks.add(new JobDecision(
                kept.jobId(),
                state.clocks().now(),
                "reserved",
                "It goes first, and there is no room for it yet: %s for it, by %s at the latest if estimates hold. Others start only where that does not delay it."
                        .formatted(
                                reservation.reserved().stream()
                                        .map(share -> "%d of %s".formatted(share.gpus(), share.workerId()))
                                        .collect(Collectors.joining(", ", "GPUs are kept (", ")")),
                                shadow(reservation))));
    }

    private static Instant shadow(Reservation reservation) {
        return Instant.ofEpochMilli(reservation.shadowMillis());
    }

    /** What there is to say since this was last asked. */
    List<JobDecision> takeRemarks() {
        List<JobDecision> taken = remarks;
        remarks = new ArrayList<>();
        return taken;
    }
}
