package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.WorkerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A million operations drawn at random, beside a naive count of who has what. {@code -Dsimulation.seed=42} repeats one
 * sequence.
 */
class InventoryRandomTest {
    private static final int OPERATIONS = 1_000_000;
    private static final int RECOUNT_EVERY = 500;
    private static final int REFUSAL_CHECKED_EVERY = 20;
    private static final int WORKERS = 24;
    private static final int GPUS = 8;
    private static final int CPU_MILLI = 64_000;
    private static final int MEMORY_MIB = 256_000;
    private static final List<String> CLASSES = List.of("a100", "h100", "t4");
    private static final List<Demand> DEMANDS = List.of(
            Demand.gpus(1),
            Demand.gpus(2),
            Demand.gpus(4),
            Demand.gpus(8),
            new Demand(1, 1000, 9_000, 16_000),
            new Demand(2, 1000, 9_000, 16_000),
            new Demand(1, 810, 6_000, 10_000),
            new Demand(1, 470, 4_000, 50_000),
            new Demand(1, 160, 1_000, 1_000),
            new Demand(0, 1000, 5_000, 5_000));

    private final long seed = Long.getLong("simulation.seed", 20_261_121);
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Inventory inventory = new Inventory(Workload.of(DEMANDS));
    private final List<Grant> held = new ArrayList<>();
    private final TreeMap<WorkerId, Truth> truths = new TreeMap<>();
    private int placed;
    private int refused;

    /** What is known of a worker from the operations alone. */
    private static final class Truth {
        private final int[] gpuMilliUsed = new int[GPUS];
        private final boolean[] isGpuOut = new boolean[GPUS];
        private int cpuMilliUsed;
        private int memoryMibUsed;
        private Condition condition = Condition.IN_SERVICE;

        int wholeGpusFree() {
            int whole = 0;
            for (int gpu = 0; gpu < GPUS; gpu++) {
                whole += gpuMilliUsed[gpu] == 0 && !isGpuOut[gpu] ? 1 : 0;
            }
            return condition == Condition.IN_SERVICE ? whole : 0;
        }

        int slots(Demand demand) {
            int byHost = Math.min(
                    demand.cpuMilli() == 0 ? GPUS : (CPU_MILLI - cpuMilliUsed) / demand.cpuMilli(),
                    demand.memoryMib() == 0 ? GPUS : (MEMORY_MIB - memoryMibUsed) / demand.memoryMib());
            if (demand.gpus() == 0) {
                return byHost;
            }
            int byGpu = 0;
            for (int gpu = 0; gpu < GPUS; gpu++) {
                byGpu += !isGpuOut[gpu] && gpuMilliUsed[gpu] + demand.gpuMilli() <= Demand.WHOLE ? 1 : 0;
            }
            return Math.min(byHost, byGpu / demand.gpus());
        }
    }

    @Test
    void no_gpu_is_given_twice_and_a_gang_gets_all_or_nothing() {
        for (int number = 0; number < WORKERS; number++) {
            arrive(number);
        }
        for (int operation = 0; operation < OPERATIONS; operation++) {
            step(random.nextInt(1_000));
            if (operation % RECOUNT_EVERY == 0) {
                recount();
            }
        }
        recount();
        assertThat(placed).as("seed %d", seed).isGreaterThan(OPERATIONS / 5);
        assertThat(refused).as("seed %d", seed).isGreaterThan(OPERATIONS / 50);
    }

    private void step(int dice) {
        if (dice < 540) {
            place();
        } else if (dice < 960) {
            if (!held.isEmpty()) {
                release(random.nextInt(held.size()));
            }
        } else if (dice < 975) {
            WorkerId workerId = anyWorker();
            Condition condition = random.nextInt(3) > 0 ? Condition.IN_SERVICE : any(List.of(Condition.values()));
            inventory.condition(workerId, condition);
            truth(workerId).condition = condition;
        } else if (dice < 990) {
            WorkerId workerId = anyWorker();
            int gpu = random.nextInt(GPUS);
            boolean isInService = random.nextInt(4) > 0;
            inventory.gpuInService(workerId, gpu, isInService);
            truth(workerId).isGpuOut[gpu] = !isInService;
        } else if (dice < 992) {
            fail();
        }
    }

    private void place() {
        Shape shape = shape();
        Optional<Grant> granted = inventory.place(shape, random.nextInt(4) == 0 ? Set.of(anyWorker()) : Set.of());
        if (granted.isEmpty()) {
            refused++;
            if (refused % REFUSAL_CHECKED_EVERY == 0) {
                assertThat(slotsByTruth(shape))
                        .as("slots for %s, seed %d", shape, seed)
                        .isLessThan(shape.workers());
            }
            return;
        }
        placed++;
        Grant grant = granted.get();
        held.add(grant);
        assertThat(grant.parts().stream().mapToInt(Grant.Part::workers).sum())
                .as("workers of %s, seed %d", grant, seed)
                .isEqualTo(shape.workers());
        assertThat(grant.parts().stream().map(part -> classOf(part.workerId())).distinct())
                .as("classes of %s, seed %d", grant, seed)
                .hasSize(1)
                .allMatch(shape.classes()::accept);
        if (shape.together() == Together.RACK) {
            assertThat(grant.parts().stream()
                            .map(part -> topologyOf(part.workerId()).rack())
                            .distinct())
                    .as("racks of %s, seed %d", grant, seed)
                    .hasSize(1);
        }
        grant.parts().forEach(part -> use(grant, part));
    }

    /** How many workers of the shape would fit together, counted one by one. */
    private int slotsByTruth(Shape shape) {
        Map<String, Integer> slots = new HashMap<>();
        truths.forEach((workerId, truth) -> {
            if (truth.condition == Condition.IN_SERVICE && shape.classes().accept(classOf(workerId))) {
                int here = truth.slots(shape.each());
                slots.merge("on " + workerId, here, Integer::sum);
                Topology topology = topologyOf(workerId);
                switch (shape.together()) {
                    case ONE_WORKER -> {}
                    case NVLINK_DOMAIN -> slots.merge(classOf(workerId) + topology.nvlinkDomain(), here, Integer::sum);
                    case RACK -> slots.merge(classOf(workerId) + topology.rack(), here, Integer::sum);
                    case ANYWHERE -> slots.merge(classOf(workerId), here, Integer::sum);
                }
            }
        });
        return slots.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private Shape shape() {
        Demand demand = any(DEMANDS);
        boolean isGang = demand.gpus() > 0 && !demand.isShared() && random.nextInt(3) == 0;
        GpuClasses accepted = random.nextInt(3) == 0 ? GpuClasses.of(any(CLASSES), any(CLASSES)) : GpuClasses.ANY;
        Together together = isGang ? any(List.of(Together.values())) : Together.ONE_WORKER;
        return new Shape(accepted, isGang ? 2 + random.nextInt(4) : 1, demand, together);
    }

    private void use(Grant grant, Grant.Part part) {
        Demand demand = grant.shape().each();
        Truth truth = truth(part.workerId());
        assertThat(truth.condition).as("worker of %s, seed %d", grant, seed).isEqualTo(Condition.IN_SERVICE);
        assertThat(part.gpus()).as("GPUs of %s, seed %d", grant, seed).hasSize(part.workers() * demand.gpus());
        for (int gpu : part.gpus()) {
            truth.gpuMilliUsed[gpu] += demand.gpuMilli();
            assertThat(truth.gpuMilliUsed[gpu])
                    .as("GPU %d of %s, seed %d", gpu, grant, seed)
                    .isLessThanOrEqualTo(Demand.WHOLE);
            assertThat(truth.isGpuOut[gpu])
                    .as("GPU %d of %s, seed %d", gpu, grant, seed)
                    .isFalse();
        }
        truth.cpuMilliUsed += part.workers() * demand.cpuMilli();
        truth.memoryMibUsed += part.workers() * demand.memoryMib();
        assertThat(truth.cpuMilliUsed).as("CPU, seed %d", seed).isLessThanOrEqualTo(CPU_MILLI);
        assertThat(truth.memoryMibUsed).as("memory, seed %d", seed).isLessThanOrEqualTo(MEMORY_MIB);
    }

    private void release(int index) {
        Grant grant = held.set(index, held.getLast());
        held.removeLast();
        inventory.release(grant);
        forget(grant);
    }

    private void forget(Grant grant) {
        for (Grant.Part part : grant.parts()) {
            Truth truth = truth(part.workerId());
            Demand demand = grant.shape().each();
            part.gpus().forEach(gpu -> truth.gpuMilliUsed[gpu] -= demand.gpuMilli());
            truth.cpuMilliUsed -= part.workers() * demand.cpuMilli();
            truth.memoryMibUsed -= part.workers() * demand.memoryMib();
        }
    }

    private void fail() {
        WorkerId lostWorker = anyWorker();
        List<Grant> lost = inventory.remove(lostWorker);
        assertThat(held).as("seed %d", seed).containsAll(lost);
        held.removeAll(lost);
        lost.forEach(this::forget);
        assertThat(Arrays.stream(truth(lostWorker).gpuMilliUsed).sum())
                .as("seed %d", seed)
                .isZero();
        arrive(numberOf(lostWorker));
    }

    private void arrive(int number) {
        WorkerId workerId = new WorkerId("worker-" + number);
        inventory.add(new Capacity(workerId, classOf(workerId), GPUS, CPU_MILLI, MEMORY_MIB, topologyOf(workerId)));
        truths.put(workerId, new Truth());
    }

    private void recount() {
        truths.forEach((workerId, truth) -> assertThat(inventory.wholeGpusFree(workerId))
                .as("free GPUs of %s, seed %d", workerId, seed)
                .isEqualTo(truth.wholeGpusFree()));
        assertThat(inventory.grants()).as("seed %d", seed).hasSameSizeAs(held);
    }

    private Truth truth(WorkerId workerId) {
        Truth truth = truths.get(workerId);
        if (truth == null) {
            throw new IllegalStateException("no such worker: " + workerId);
        }
        return truth;
    }

    private WorkerId anyWorker() {
        return new WorkerId("worker-" + random.nextInt(WORKERS));
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static String classOf(WorkerId workerId) {
        return CLASSES.get(numberOf(workerId) % CLASSES.size());
    }

    private static Topology topologyOf(WorkerId workerId) {
        int number = numberOf(workerId);
        return new Topology("rack-" + number / 6, "nvlink-" + number / 3);
    }

    private static int numberOf(WorkerId workerId) {
        return Integer.parseInt(workerId.value().substring("worker-".length()));
    }
}
