package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Quarantine.Suspect;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * What all workers have and what is free of it, down to shares of single GPUs. It gives a shape all that it asks for or
 * nothing, and never the same twice. It asks no clock and draws no random number.
 */
public final class Inventory {
    /** A demand that one worker could take more often than this is as good as one that it can take so often. */
    private static final int TIMES_MAX = 1_000;

    private final TreeMap<WorkerId, Machine> machines = new TreeMap<>();
    private final RoomIndex whole = new RoomIndex();
    private final RoomIndex free = new RoomIndex();
    private final Map<Long, Grant> grants = new HashMap<>();
    private final LeastFragmenting leastFragmenting;
    private boolean isMachinesChanged;
    private long grantsGiven;

    private final Quarantine quarantine;

    public Inventory(Workload workload) {
        this(workload, QuarantineRule.STANDARD);
    }

    public Inventory(Workload workload, QuarantineRule quarantineRule) {
        leastFragmenting = new LeastFragmenting(workload);
        quarantine = new Quarantine(quarantineRule);
    }

    /**
     * A worker comes, with nothing in use.
     *
     * @throws IllegalArgumentException if it is there already
     */
    public void add(Capacity capacity) {
        if (machines.containsKey(capacity.workerId())) {
            throw new IllegalArgumentException("worker %s is there already".formatted(capacity.workerId()));
        }
        Machine machine = new Machine(capacity);
        machine.quarantine(quarantine.isOut(new Suspect(machine.id(), OptionalInt.empty())));
        for (int gpu = 0; gpu < capacity.gpus(); gpu++) {
            machine.quarantine(gpu, quarantine.isOut(new Suspect(machine.id(), OptionalInt.of(gpu))));
        }
        machines.put(machine.id(), machine);
        whole.put(capacity.workerId(), capacity.gpuClass(), capacity.topology(), capacity.gpus());
        isMachinesChanged = true;
        index(machine);
    }

    /**
     * A worker is lost, and with it every grant that has a part on it.
     *
     * @return those grants, by number
     */
    public List<Grant> remove(WorkerId workerId) {
        machine(workerId);
        List<Grant> lost = grantsOn(workerId);
        lost.forEach(this::release);
        machines.remove(workerId);
        whole.remove(workerId);
        free.remove(workerId);
        isMachinesChanged = true;
        return lost;
    }

    public void condition(WorkerId workerId, Condition condition) {
        Machine machine = machine(workerId);
        machine.condition(condition);
        index(machine);
    }

    public Condition conditionOf(WorkerId workerId) {
        return machine(workerId).condition();
    }

    /** Takes a single GPU in or out of service. What uses it goes on. */
    public void gpuInService(WorkerId workerId, int gpu, boolean isInService) {
        Machine machine = machine(workerId);
        machine.gpuInService(gpu, isInService);
        index(machine);
    }

    /** Work failed on this worker, and the worker is to blame. Answers whether it is out of service now. */
    public boolean faulted(WorkerId workerId, long nowNanos) {
        Machine machine = machine(workerId);
        boolean isOut = quarantine.fault(new Suspect(workerId, OptionalInt.empty()), nowNanos);
        machine.quarantine(isOut);
        index(machine);
        return isOut;
    }

    /** Work failed on this GPU, and the GPU is to blame. Answers whether it is out of service now. */
    public boolean faulted(WorkerId workerId, int gpu, long nowNanos) {
        Machine machine = machine(workerId);
        boolean isOut = quarantine.fault(new Suspect(workerId, OptionalInt.of(gpu)), nowNanos);
        machine.quarantine(gpu, isOut);
        index(machine);
        return isOut;
    }

    /** Workers and GPUs whose back-off is over take on work again, on probation. */
    public void endBackOffs(long nowNanos) {
        for (Suspect suspect : quarantine.endBackOffs(nowNanos)) {
            Machine machine = machines.get(suspect.workerId());
            if (machine != null) {
                suspect.gpu().ifPresentOrElse(gpu -> machine.quarantine(gpu, false), () -> machine.quarantine(false));
                index(machine);
            }
        }
    }

    /** Gives the shape a place where it fits best, or nothing; if possible not on workers to be avoided. */
    public Optional<Grant> place(Shape shape, Collection<WorkerId> avoided) {
        Optional<List<Grant.Part>> parts = shape.each().isWholeGpusOnly() || shape.workers() > 1
                ? takeWhole(shape, avoided)
                : takeScored(shape, avoided);
        return parts.map(taken -> {
            Grant grant = new Grant(++grantsGiven, shape, taken);
            grants.put(grant.number(), grant);
            return grant;
        });
    }

    private Optional<List<Grant.Part>> takeScored(Shape shape, Collection<WorkerId> avoided) {
        if (isMachinesChanged) {
            leastFragmenting.machines(machines.values());
            isMachinesChanged = false;
        }
        return leastFragmenting.best(shape.each(), shape.classes(), avoided).map(choice -> {
            Machine machine = choice.machine();
            List<Integer> gpus = shape.each().isShared()
                    ? machine.takeShare(shape.each(), choice.gpu())
                    : machine.takeWhole(shape.each(), 1);
            index(machine);
            return List.of(new Grant.Part(machine.id(), 1, gpus));
        });
    }

    private Optional<List<Grant.Part>> takeWhole(Shape shape, Collection<WorkerId> avoided) {
        int gpus = shape.each().gpus();
        RoomIndex room = shape.each().isWholeGpusOnly() ? free : roomFor(shape.each());
        return room.gang(shape.classes(), shape.workers(), gpus, shape.together(), avoided)
                .map(shares -> {
                    List<Grant.Part> parts = new ArrayList<>(shares.size());
                    for (Share share : shares) {
                        Machine machine = machine(share.workerId());
                        int workers = share.gpus() / gpus;
                        parts.add(new Grant.Part(machine.id(), workers, machine.takeWhole(shape.each(), workers)));
                        index(machine);
                    }
                    return parts;
                });
    }

    /** The room for a demand that CPU or memory may limit: as many GPUs of each worker as they suffice for. */
    private RoomIndex roomFor(Demand demand) {
        return index(machine -> machine.times(demand) * demand.gpus());
    }

    /**
     * Whether the shape has a place, and what it lacks if not. For whole GPUs alone in O(log n) for n workers;
     * otherwise it looks at each of them.
     */
    public Fit fit(Shape shape) {
        Demand each = shape.each();
        if (each.isWholeGpusOnly()) {
            return Fit.of(shape, whole, free);
        }
        RoomIndex everything = index(machine -> Math.min(TIMES_MAX, Machine.times(machine.capacity(), each)));
        return Fit.of(shape, 1, everything, index(machine -> Math.min(TIMES_MAX, machine.times(each))));
    }

    private RoomIndex index(ToIntFunction<Machine> units) {
        RoomIndex index = new RoomIndex();
        for (Machine machine : machines.values()) {
            Capacity capacity = machine.capacity();
            index.put(machine.id(), capacity.gpuClass(), capacity.topology(), units.applyAsInt(machine));
        }
        return index;
    }

    /**
     * Everything that was granted is free again.
     *
     * @throws IllegalArgumentException if it was not granted, or was given back
     */
    public void release(Grant grant) {
        if (grants.remove(grant.number()) == null) {
            throw new IllegalArgumentException("not a grant that is in use: " + grant);
        }
        for (Grant.Part part : grant.parts()) {
            Machine machine = machine(part.workerId());
            machine.giveBack(grant.shape().each(), part);
            index(machine);
        }
    }

    /** Whole GPUs that could be given now. */
    public int wholeGpusFree(WorkerId workerId) {
        return free.gpusOf(workerId);
    }

    /** The grants that are in use, in no particular order. */
    public Collection<Grant> grants() {
        return Collections.unmodifiableCollection(grants.values());
    }

    private List<Grant> grantsOn(WorkerId workerId) {
        return grants.values().stream()
                .filter(grant ->
                        grant.parts().stream().anyMatch(part -> part.workerId().equals(workerId)))
                .sorted((one, other) -> Long.compare(one.number(), other.number()))
                .toList();
    }

    private void index(Machine machine) {
        Capacity capacity = machine.capacity();
        int gpus = machine.takesWork() ? machine.wholeGpusFree() : 0;
        free.put(machine.id(), capacity.gpuClass(), capacity.topology(), gpus);
    }

    private Machine machine(WorkerId workerId) {
        Machine machine = machines.get(workerId);
        if (machine == null) {
            throw new IllegalArgumentException("no such worker: " + workerId);
        }
        return machine;
    }
}
