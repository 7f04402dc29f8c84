package io.deeptrain.scheduler.fleet;

import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Demand;
import io.deeptrain.scheduler.placement.Fit;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.placement.KindRooms;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import io.deeptrain.scheduler.placement.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Every worker that was heard lately. It is learned from beats alone and never stored: a scheduler that has just
 * started knows nobody, and gives work to nobody, until they speak.
 *
 * <p>Occupied are the GPUs of what the scheduler has leased to a worker and of whatever else the worker says it holds,
 * as an attempt that was superseded and does not know it yet.
 */
public final class Fleet {
    /** Incarnations of one worker that are remembered as gone, so that a zombie's beats count for nothing. */
    static final int RETIRED_MAX = 16;

    /** What a beat tells about its sender, before its holdings are looked at. */
    public enum Introduction {
        /** This incarnation was heard before. */
        KNOWN,
        /** This incarnation was not heard before. Whatever an earlier one held is lost. */
        NEW,
        /** An incarnation that a later one has replaced. */
        RETIRED
    }

    private final long silenceMaxNanos;
    private final boolean shared;
    private final Map<WorkerId, Worker> workers = new HashMap<>();
    /** What everybody has. */
    private final KindRooms whole = new KindRooms();
    /** What those who take on new attempts would have if they were empty. */
    private final KindRooms accepting = new KindRooms();
    /** What they have free of it. */
    private final KindRooms free = new KindRooms();
    /** The same of those that can share an attempt. */
    private final JointRooms joint = new JointRooms();

    private final PriorityQueue<SilenceCheck> silenceChecks = new PriorityQueue<>();
    /** Those that get no new work, whatever they say; perhaps not there at all. */
    private final Set<WorkerId> barred = new HashSet<>();

    /**
     * Knows nobody yet.
     *
     * @param silenceMaxNanos a worker that was not heard for so much heard time is forgotten
     * @param shared whether a worker runs several attempts at once; if not, one of them occupies all its GPUs
     */
    public Fleet(long silenceMaxNanos, boolean shared) {
        this.silenceMaxNanos = silenceMaxNanos;
        this.shared = shared;
    }

    /** Takes note of who speaks, and of what it has to offer. */
    public Introduction introduce(WorkerBeat beat, long heardNanos) {
        Worker known = workers.get(beat.workerId());
        if (known != null && known.retired.contains(beat.incarnation())) {
            return Introduction.RETIRED;
        }
        if (known != null && known.incarnation.equals(beat.incarnation())) {
            update(known, beat, heardNanos);
            return Introduction.KNOWN;
        }
        update(arrive(beat, heardNanos), beat, heardNanos);
        return Introduction.NEW;
    }

    private void update(Worker worker, WorkerBeat beat, long heardNanos) {
        worker.heardNanos = heardNanos;
        worker.gpuClass = beat.gpuClass();
        worker.gpus = beat.gpus();
        worker.gpuMilli = beat.milliOfEach();
        worker.said = beat.readiness();
        worker.number = beat.number();
        worker.door = beat.door();
        admit(worker);
    }

    /** Whatever the worker says, it gets no new work; or again what it says counts. */
    public void bar(WorkerId workerId, boolean isBarred) {
        boolean hasChanged = isBarred ? barred.add(workerId) : barred.remove(workerId);
        Worker worker = workers.get(workerId);
        if (hasChanged && worker != null) {
            admit(worker);
        }
    }

    private void admit(Worker worker) {
        boolean isKeptOut = worker.said == Readiness.ACCEPTING && barred.contains(worker.id);
        worker.readiness = isKeptOut ? Readiness.DRAINING : worker.said;
        place(worker);
    }

    /** What the worker would take on if it were empty, in thousandths of GPUs. */
    public long milliAccepted(WorkerId workerId) {
        Worker worker = workers.get(workerId);
        return worker == null ? 0 : (long) gpusAccepted(worker) * worker.gpuMilli;
    }

    private static int gpusAccepted(Worker worker) {
        return worker.readiness == Readiness.ACCEPTING ? worker.gpus : 0;
    }

    /** GPUs of the largest worker of this kind that is there, whether it takes on work or not; 0 if none is. */
    public int gpusOfLargest(GpuKind kind) {
        return whole.gpusMax(kind);
    }

    /** What those have that can share an attempt, whether they take on work or not; 0 if none is there. */
    public int gpusTogether(GpuKind kind) {
        return joint.gpusWhole(kind);
    }

    /** The largest number of GPUs of this kind that one attempt could get if nobody else ran. */
    public int gpusAcceptedMax(GpuKind kind) {
        return Math.max(accepting.gpusMax(kind), joint.gpusAccepting(kind));
    }

    /** The worker has said that it takes on no more and is about to go. */
    public boolean isLeaving(WorkerId workerId) {
        Worker worker = workers.get(workerId);
        return worker != null && worker.said != Readiness.ACCEPTING;
    }

    /** How processes of others reach it, if they can. */
    public Optional<GangDoor> doorOf(WorkerId workerId) {
        return Optional.ofNullable(workers.get(workerId)).flatMap(worker -> worker.door);
    }

    /** How many workers are there. */
    public int size() {
        return workers.size();
    }

    public Optional<Place> place(WorkerId workerId) {
        return Optional.ofNullable(workers.get(workerId)).map(worker -> worker.place(shared));
    }

    /** The worker says good-bye. */
    public void leave(WorkerId workerId) {
        Worker gone = workers.remove(workerId);
        if (gone != null) {
            whole.remove(workerId);
            accepting.remove(workerId);
            free.remove(workerId);
            joint.remove(workerId);
        }
    }

    /** Forgets everybody who was silent for too long. */
    public List<WorkerId> forgetSilent(long heardNanos) {
        List<WorkerId> forgotten = new ArrayList<>();
        while (!silenceChecks.isEmpty() && silenceChecks.peek().dueNanos <= heardNanos) {
            Worker worker = silenceChecks.remove().worker;
            if (workers.get(worker.id) != worker) {
                continue;
            }
            long dueNanos = worker.heardNanos + silenceMaxNanos;
            if (dueNanos <= heardNanos) {
                leave(worker.id);
                forgotten.add(worker.id);
            } else {
                silenceChecks.add(new SilenceCheck(dueNanos, worker));
            }
        }
        return forgotten;
    }

    /** A lease occupies GPUs, if its worker is there. */
    public void occupy(WorkerId workerId, Holding holding, int gpus) {
        Worker worker = workers.get(workerId);
        if (worker != null) {
            worker.leased.put(holding, gpus);
            worker.lingering.remove(holding);
            place(worker);
        }
    }

    /**
     * A lease is over. Its GPUs stay occupied while the worker's beats go on to list it, unless the worker itself has
     * said that it is over.
     */
    public void vacate(WorkerId workerId, Holding holding) {
        Worker worker = workers.get(workerId);
        if (worker != null) {
            Integer gpus = worker.leased.remove(holding);
            if (gpus != null && worker.listed.contains(holding) && !worker.over.contains(holding)) {
                worker.lingering.put(holding, gpus);
            }
            place(worker);
        }
    }

    /** The worker has said that this attempt is over. A beat on its way that still lists it tells nothing. */
    public void endedByWorker(WorkerId workerId, Holding holding) {
        Worker worker = workers.get(workerId);
        if (worker != null) {
            worker.over.add(holding);
            worker.lingering.remove(holding);
            place(worker);
        }
    }

    public boolean saidOver(WorkerId workerId, Holding holding) {
        Worker worker = workers.get(workerId);
        return worker != null && worker.over.contains(holding);
    }

    /**
     * The worker's beat lists these holdings.
     *
     * @param strays those of them that the scheduler has not leased to it, with the GPUs that they occupy
     */
    public void listed(WorkerId workerId, Collection<Holding> holdings, Map<Holding, Integer> strays) {
        Worker worker = workers.get(workerId);
        if (worker != null) {
            worker.listed = new LinkedHashSet<>(holdings);
            worker.over.retainAll(worker.listed);
            worker.lingering.clear();
            worker.lingering.putAll(strays);
            place(worker);
        }
    }

    public Optional<IncarnationId> incarnationOf(WorkerId workerId) {
        return Optional.ofNullable(workers.get(workerId)).map(worker -> worker.incarnation);
    }

    /** The largest number of GPUs of this kind that one attempt could get now. */
    public int gpusFreeMax(GpuKind kind) {
        return Math.max(free.gpusMax(kind), joint.gpusFree(kind));
    }

    /** The same on one worker. */
    public int gpusFreeOnOne(GpuKind kind) {
        return free.gpusMax(kind);
    }

    /**
     * Where an attempt fits with the least room to spare, by name among equals; if possible not on a worker to be
     * avoided.
     */
    public Optional<WorkerId> roomFor(GpuKind kind, int gpus, Collection<WorkerId> avoided) {
        return free.bestFit(kind, gpus, avoided);
    }

    /**
     * Where an attempt fits that fits on no single worker: on as few of those as can share one, as near to each other
     * as can be, all of one GPU class; the roomiest first.
     */
    public Optional<List<Share>> sharesFor(GpuKind kind, int gpus, Collection<WorkerId> avoided) {
        return joint.sharesFor(kind, gpus, avoided);
    }

    /** Whether a shape of whole GPUs has a place among all that are heard, and what it lacks if not. */
    public Fit fit(Shape shape) {
        return Fit.of(shape, whole.whole(), free.whole());
    }

    /** Everybody, by name. */
    public List<WorkerView> view() {
        return workers.values().stream()
                .sorted(Comparator.naturalOrder())
                .map(worker -> worker.view(shared))
                .toList();
    }

    /** Everybody with the room that is left there, by name. */
    public List<Place> places() {
        return workers.values().stream()
                .sorted(Comparator.naturalOrder())
                .map(worker -> worker.place(shared))
                .toList();
    }

    private Worker arrive(WorkerBeat beat, long heardNanos) {
        Worker worker = new Worker(beat, heardNanos);
        Worker earlier = workers.put(beat.workerId(), worker);
        if (earlier != null) {
            worker.retired.addAll(earlier.retired);
            worker.retired.add(earlier.incarnation);
            if (worker.retired.size() > RETIRED_MAX) {
                worker.retired.removeFirst();
            }
        }
        silenceChecks.add(new SilenceCheck(heardNanos + silenceMaxNanos, worker));
        return worker;
    }

    /** After any change to the worker: it is found by the room that it has now. */
    private void place(Worker worker) {
        int offered = worker.readiness == Readiness.ACCEPTING ? Math.max(0, worker.gpusFree(shared)) : 0;
        whole.put(worker.id, worker.gpuClass, worker.gpuMilli, worker.gpus);
        accepting.put(worker.id, worker.gpuClass, worker.gpuMilli, gpusAccepted(worker));
        free.put(worker.id, worker.gpuClass, worker.gpuMilli, offered);
        joint.put(
                worker.id,
                worker.door.filter(_ -> worker.gpuMilli == Demand.WHOLE),
                worker.gpuClass,
                worker.gpus,
                gpusAccepted(worker),
                offered);
    }

    private static final class Worker implements Comparable<Worker> {
        private final WorkerId id;
        private final IncarnationId incarnation;
        private final Deque<IncarnationId> retired = new ArrayDeque<>();
        private final Map<Holding, Integer> leased = new LinkedHashMap<>();
        private final Map<Holding, Integer> lingering = new LinkedHashMap<>();
        private final Set<Holding> over = new HashSet<>();
        private Set<Holding> listed = Set.of();
        private String gpuClass;
        private int gpus;
        private int gpuMilli;
        /** What the worker itself says. */
        private Readiness said;
        /** What counts. */
        private Readiness readiness;

        private long heardNanos;
        private long number;
        private Optional<GangDoor> door;

        Worker(WorkerBeat beat, long heardNanos) {
            id = beat.workerId();
            incarnation = beat.incarnation();
            gpuClass = beat.gpuClass();
            gpus = beat.gpus();
            gpuMilli = beat.milliOfEach();
            said = beat.readiness();
            readiness = said;
            number = beat.number();
            door = beat.door();
            this.heardNanos = heardNanos;
        }

        int gpusFree(boolean shared) {
            return gpus - occupied(leased, shared) - occupied(lingering, shared);
        }

        WorkerView view(boolean shared) {
            List<Holding> holdings = new ArrayList<>(leased.keySet());
            holdings.addAll(lingering.keySet());
            return new WorkerView(
                    id, incarnation, gpuClass, gpuMilli, readiness, gpus, Math.max(0, gpusFree(shared)), holdings);
        }

        Place place(boolean shared) {
            WorkerBeat lastBeat = new WorkerBeat(
                    id,
                    incarnation,
                    number,
                    gpuClass,
                    gpus,
                    readiness,
                    List.copyOf(listed),
                    door,
                    Optional.of(gpuMilli).filter(milli -> milli < Demand.WHOLE));
            return new Place(lastBeat, lingering, gpusFree(shared));
        }

        private int occupied(Map<Holding, Integer> gpusNeeded, boolean shared) {
            int sum = 0;
            for (int each : gpusNeeded.values()) {
                sum += shared ? each : Math.max(each, gpus);
            }
            return sum;
        }

        @Override
        public int compareTo(Worker other) {
            return id.compareTo(other.id);
        }
    }

    /** Asks again later whether the worker is still there. */
    private record SilenceCheck(long dueNanos, Worker worker) implements Comparable<SilenceCheck> {
        @Override
        public int compareTo(SilenceCheck other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : worker.compareTo(other.worker);
        }
    }
}
