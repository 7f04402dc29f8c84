package io.deeptrain.scheduler.engine;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.elastic.Elastic;
import io.deeptrain.scheduler.elastic.Elastic.Part;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.JobCommand;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The elastic jobs of one cycle that start: in step 5 each is given a seat with the least that it asks for, in its
 * turn, so that whoever else there is room for starts too. What is left when nobody else fits is handed out among them,
 * see {@link Elastic#fill}, before any worker is told.
 */
final class ElasticSeats {
    private final Elastic elastic;
    private final boolean sharedWorkers;
    private final JobBook book;
    private final EngineState state;
    private final List<Seat> seats = new ArrayList<>();

    /** GPUs that are kept for a job which is about to be assigned. */
    private static final class Seat {
        private final JobRecord job;
        private final Queued queued;
        private final Holding reserved;
        private final int most;
        private WorkerId workerId;
        private int gpus;

        Seat(JobRecord job, Queued queued, WorkerId workerId, int most) {
            this.job = job;
            this.queued = queued;
            this.workerId = workerId;
            this.most = most;
            reserved = new Holding(job.jobId(), job.state().token().next());
            gpus = job.gpus();
        }

        Shape shape() {
            return job.shapeOf(gpus);
        }
    }

    ElasticSeats(EngineSettings settings, JobBook book, EngineState state) {
        elastic = Elastic.of(settings.preemption());
        sharedWorkers = settings.sharedWorkers();
        this.book = book;
        this.state = state;
    }

    /** The job's turn has come, and there is room for the least that it asks for. */
    void take(JobRecord job) {
        if (!(job.state() instanceof Queued queued)) {
            throw new IllegalStateException("in the queue, but not queued: " + job);
        }
        WorkerId workerId = state.fleet()
                .roomFor(job.kind(), job.gpus(), queued.losses().workers())
                .orElseThrow(() -> new IllegalStateException("no worker has room for " + job));
        take(job, queued, workerId, job.gpusMost());
    }

    /**
     * The job goes on where it was, or if it had a worker to itself on the smallest that is large enough; if there is
     * no room it waits for its turn.
     */
    void takeAgain(JobRecord job, WorkerId earlier, int most) {
        if (job.state() instanceof Queued queued
                && !job.isHeld()
                && !state.clocks().now().isBefore(queued.notBefore())) {
            Optional<WorkerId> found = sharedWorkers
                    ? state.fleet()
                            .place(earlier)
                            .filter(place -> place.isOf(job.kind()) && place.gpusOffered() >= job.gpus())
                            .map(Place::workerId)
                    : state.fleet()
                            .roomFor(job.kind(), job.gpus(), queued.losses().workers());
            found.ifPresent(workerId -> take(job, queued, workerId, most));
        }
    }

    private void take(JobRecord job, Queued queued, WorkerId workerId, int most) {
        state.claims().of(job.jobId()).ifPresent(book::drop);
        Seat seat = new Seat(job, queued, workerId, most);
        book.queue().remove(job.ticketIn(book.queue()), queued.notBefore());
        book.queue().began(job.tenant(), seat.shape());
        state.fleet().occupy(workerId, seat.reserved, seat.gpus);
        seats.add(seat);
    }

    /** Nobody else fits: what is left is handed out, and all that have a seat are assigned. */
    void assign(Room room) {
        if (seats.isEmpty()) {
            return;
        }
        boolean isKept = book.queue().firstOfAll(room).isPresent();
        List<Part> parts =
                seats.stream().map(seat -> new Part(seat.gpus, seat.most)).toList();
        elastic.fill(parts, index -> !isKept && grow(seats.get(index)));
        seats.forEach(this::assign);
        seats.clear();
    }

    private boolean grow(Seat seat) {
        if (!book.queue().allows(seat.job.tenant(), seat.job.shapeOf(1))) {
            return false;
        }
        state.fleet().vacate(seat.workerId, seat.reserved);
        Optional<WorkerId> found = state.fleet()
                .place(seat.workerId)
                .filter(place -> place.gpusOffered() > seat.gpus)
                .map(Place::workerId)
                .or(() -> state.fleet()
                        .roomFor(
                                seat.job.kind(),
                                seat.gpus + 1,
                                seat.queued.losses().workers()));
        book.queue().ended(seat.job.tenant(), seat.shape(), Duration.ZERO);
        seat.workerId = found.orElse(seat.workerId);
        seat.gpus += found.isPresent() ? 1 : 0;
        book.queue().began(seat.job.tenant(), seat.shape());
        state.fleet().occupy(seat.workerId, seat.reserved, seat.gpus);
        return found.isPresent();
    }

    private void assign(Seat seat) {
        state.fleet().vacate(seat.workerId, seat.reserved);
        book.queue().ended(seat.job.tenant(), seat.shape(), Duration.ZERO);
        book.queue().add(seat.job.ticketIn(book.queue()), seat.queued.notBefore());
        IncarnationId incarnation = state.fleet()
                .incarnationOf(seat.workerId)
                .orElseThrow(() -> new IllegalStateException("has room, but is not there: " + seat.workerId));
        JobId jobId = seat.job.jobId();
        if (!book.command(jobId, new JobCommand.Assign(seat.workerId, incarnation, seat.gpus))) {
            throw new IllegalStateException("its turn, but not to be assigned: " + seat.job);
        }
    }
}
