package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.learning.MemoryNeed;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.GraphBuilder;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.Gangs;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemoryTest {
    private static final Recipe WHOLE = frozen(0);

    @TempDir
    Path folder;

    private static Recipe frozen(int stages) {
        return new Recipe(
                new Objective.Classification(Activation.SOFTMAX), new Optimizer.Momentum(0.9, 0), 1, stages, 1);
    }

    /** 3 x 4 x 4 image, 8 x 4 x 4 map, the same rectified in its place, 8 features, 2 logits. */
    private static Network small() {
        GraphBuilder graph = new GraphBuilder(1e-5);
        int map = graph.relu(graph.convolution("conv", GraphBuilder.IMAGE, 8, Window.padded(3, 3, 1), 1));
        return graph.classifier("small", graph.linear("fc", graph.globalAverage(map), 2));
    }

    @Test
    void what_a_step_holds_is_counted_by_hand() {
        int parameters = 8 * 3 * 3 * 3 + 2 * 8 + 2;
        int values = 3 * 16 + 8 * 16 + 8 + 2;
        MemoryNeed need = MemoryNeed.of(small(), WHOLE, Precision.FP32, 4);
        assertThat(need).isEqualTo(new MemoryNeed(3L * 4 * parameters, 4L * values));
        assertThat(need.bytes(10)).isEqualTo(need.fixedBytes() + 10 * need.bytesPerImage());
        assertThat(need.batchSizeMax(need.bytes(10))).isEqualTo(10);
        assertThat(need.batchSizeMax(need.bytes(10) - 1)).isEqualTo(9);
        assertThat(need.batchSizeMax(1)).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"BF16", "FP16"})
    void values_of_half_the_bits_take_half_the_memory_and_weights_as_much_as_ever(Precision half) {
        MemoryNeed exact = MemoryNeed.of(small(), WHOLE, Precision.FP32, 4);
        assertThat(MemoryNeed.of(small(), WHOLE, half, 4))
                .isEqualTo(new MemoryNeed(exact.fixedBytes(), exact.bytesPerImage() / 2));
    }

    @Test
    void of_what_is_frozen_only_the_weights_are_held_and_what_the_learning_layers_read() {
        int frozen = 8 * 3 * 3 * 3;
        int learning = 2 * 8 + 2;
        // The map is averaged before anything learns: its average is what the gradient is computed from, and the
        // logits.
        assertThat(MemoryNeed.of(staged(), frozen(1), Precision.FP32, 4))
                .isEqualTo(new MemoryNeed(4L * (2 * frozen + 3 * learning), 4L * (8 + 2)));
        assertThat(MemoryNeed.of(staged(), frozen(0), Precision.FP32, 4))
                .isEqualTo(MemoryNeed.of(small(), WHOLE, Precision.FP32, 4));
    }

    /** As {@link #small}, its head apart. */
    private static Network staged() {
        GraphBuilder graph = new GraphBuilder(1e-5);
        graph.enter(new Part.Backbone(0));
        int map = graph.relu(graph.convolution("conv", GraphBuilder.IMAGE, 8, Window.padded(3, 3, 1), 1));
        graph.enter(new Part.Head());
        return graph.classifier("small", graph.linear("fc", graph.globalAverage(map), 2));
    }

    @Test
    void a_batch_that_fits_in_half_the_bits_is_not_refused_for_what_it_would_take_in_all() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .digits(4, Split.TRAIN)
                .set("batch_size", 8L)
                .set("num_epochs", 1L);
        MemoryNeed exact =
                MemoryNeed.of(Architectures.named("cifar-resnet-20", 10).orElseThrow(), WHOLE, Precision.FP32, 32);
        long between = exact.bytes(8) - 1;
        AttemptAssigned assignment = bench.assignment(1, new Origin.Scratch());
        assertThat(failed(bench.on(new Device(between, "", Precision.FP32))).code())
                .isEqualTo("BATCH_DOES_NOT_FIT");
        assertThat(bench.on(new Device(between, "", Precision.BF16))
                        .run(assignment)
                        .getLast())
                .isInstanceOf(TrainerReport.Finished.class);
    }

    @Test
    void the_java_heap_is_not_for_networks() {
        long machine = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        assertThat(new DjlLearners(1).memoryBytes())
                .isPositive()
                .isEqualTo(machine - Runtime.getRuntime().maxMemory());
    }

    @Test
    void a_batch_that_cannot_fit_is_refused_before_anything_is_read_and_a_batch_that_may_is_named() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(4, Split.TRAIN).set("batch_size", 128L);
        AttemptAssigned assignment = bench.assignment(1, new Origin.Scratch());
        List<TrainerReport> reports = bench.on(new Device(64L << 20, "")).run(assignment);
        assertThat(reports).hasSize(2);
        Failed failed = (Failed) reports.getLast();
        assertThat(failed.fault()).isEqualTo(Fault.CAPACITY);
        assertThat(failed.code()).isEqualTo("BATCH_DOES_NOT_FIT");
        assertThat(failed.message())
                .matches(
                        "batch_size 128 with image_size 32 needs at least 0\\.\\d GiB of memory and the device has 0\\.1 GiB:"
                                + " a batch_size of at most \\d+ may fit");
        long fits = Long.parseLong(failed.message().replaceAll(".*at most (\\d+) may fit", "$1"));
        assertThat(fits).isBetween(1L, 127L);
        TrainingBench smaller = bench.set("batch_size", fits).set("num_epochs", 1L);
        assertThat(smaller.run(smaller.assignment(2, new Origin.Scratch())).getLast())
                .isInstanceOf(TrainerReport.Finished.class);
    }

    @Test
    void a_device_that_has_no_room_for_one_image_asks_for_smaller_ones() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(4, Split.TRAIN);
        Failed failed = (Failed) bench.on(new Device(1 << 20, ""))
                .run(bench.assignment(1, new Origin.Scratch()))
                .getLast();
        assertThat(failed.message()).endsWith("not one image of this size fits, a smaller image_size may");
    }

    @Test
    void memory_that_runs_out_in_the_engine_is_told_from_a_broken_worker() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(4, Split.TRAIN);
        AttemptAssigned assignment = bench.assignment(1, new Origin.Scratch());
        Failed exhausted = (Failed) bench.on(new Device(
                        Long.MAX_VALUE,
                        "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.77 GiB total capacity)"))
                .run(assignment)
                .getLast();
        assertThat(exhausted.fault()).isEqualTo(Fault.CAPACITY);
        assertThat(exhausted.code()).isEqualTo("OUT_OF_MEMORY");
        assertThat(exhausted.message())
                .startsWith(
                        "memory ran out with batch_size 64 and image_size 32, a batch_size of 32 or a smaller image_size may fit:");
        Failed broken = (Failed) bench.on(new Device(Long.MAX_VALUE, "CUDA error: device-side assert triggered"))
                .run(assignment)
                .getLast();
        assertThat(broken.fault()).isEqualTo(Fault.PLATFORM);
        assertThat(broken.code()).isEqualTo("WORKER_FAILURE");
    }

    @Test
    void nothing_is_read_for_a_training_on_a_broken_device() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(4, Split.TRAIN);
        Devices broken = () -> new GpuHealth.Broken(List.of("too hot", "off the bus"));
        assertThat(bench.with(broken).run(bench.assignment(1, new Origin.Scratch())))
                .containsExactly(new Failed(
                        AttemptId.of(bench.assignment(1, new Origin.Scratch())),
                        Fault.PLATFORM,
                        "GPU_BROKEN",
                        "too hot; off the bus"));
    }

    @Test
    void a_worker_with_too_few_gpus_left_is_not_blamed_for_the_others() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(4, Split.TRAIN).on(3, Gangs.NONE);
        Devices twoOfThree = () -> new GpuHealth.PartlyBroken(List.of(0, 2), List.of("too hot"));
        AttemptAssigned assignment = bench.assignment(1, new Origin.Scratch());
        assertThat(bench.with(twoOfThree).run(assignment))
                .containsExactly(new Failed(AttemptId.of(assignment), Fault.CAPACITY, "GPU_BROKEN", "too hot"));
    }

    @Test
    void a_training_gets_gpus_that_work_and_rank_0_the_first_of_them() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(4, Split.TRAIN);
        Devices second = () -> new GpuHealth.PartlyBroken(List.of(1, 3), List.of("too hot"));
        assertThat(failure(bench.on(new Places()).with(second))).contains("learns at 1");

        Gangs gangs = (_, places, _, _, _, _) -> {
            throw new IllegalStateException("a gang at " + places);
        };
        assertThat(failure(bench.on(2, gangs).set("batch_size", 4L))).contains("a gang at [1, 3]");
    }

    @Test
    void what_fails_on_a_gpu_that_is_found_broken_thereupon_has_failed_for_that() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(4, Split.TRAIN).on(new Places());
        GpuHealth well = new GpuHealth.Healthy();
        Failed blamed = failed(bench.with(inTurn(well, new GpuHealth.PartlyBroken(List.of(1), List.of("too hot")))));
        assertThat(blamed.fault()).isEqualTo(Fault.CAPACITY);
        assertThat(blamed.code()).isEqualTo("GPU_BROKEN");
        assertThat(blamed.message()).isEqualTo("too hot: java.lang.IllegalStateException: learns at 0");

        assertThat(failed(bench.with(inTurn(well, new GpuHealth.Broken(List.of("off the bus")))))
                        .fault())
                .isEqualTo(Fault.PLATFORM);
        assertThat(failed(bench.with(inTurn(well, new GpuHealth.PartlyBroken(List.of(0), List.of("too hot")))))
                        .code())
                .as("another one than its own")
                .isEqualTo("WORKER_FAILURE");
    }

    @Test
    void a_loss_that_is_no_number_is_the_tenants_fault_only_if_its_gpu_is_well() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .digits(20, Split.TRAIN)
                .set("batch_size", 4L)
                .set("per_item_lrate", 1e30);
        GpuHealth well = new GpuHealth.Healthy();
        assertThat(failed(bench.with(inTurn(well, well))).code()).isEqualTo("LOSS_NOT_FINITE");
        Failed blamed = failed(bench.with(inTurn(well, new GpuHealth.PartlyBroken(List.of(1), List.of("too hot")))));
        assertThat(blamed.fault()).isEqualTo(Fault.CAPACITY);
        assertThat(blamed.code()).isEqualTo("GPU_BROKEN");
        assertThat(blamed.message()).startsWith("too hot: the loss became ");
    }

    private static Failed failed(TrainingBench bench) throws IOException {
        return (Failed) bench.run(bench.assignment(1, new Origin.Scratch())).getLast();
    }

    private static String failure(TrainingBench bench) throws IOException {
        return failed(bench).message();
    }

    private static Devices inTurn(GpuHealth... health) {
        Iterator<GpuHealth> next = List.of(health).iterator();
        return next::next;
    }

    /** Devices at all places, which say where they are asked to learn. */
    private record Places(int place) implements Learners {
        Places() {
            this(0);
        }

        @Override
        public Learners on(int other) {
            return new Places(other);
        }

        @Override
        public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
            throw new IllegalStateException("learns at " + place);
        }

        @Override
        public long memoryBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public Predictor predictor(Network network, List<Tensor> state) {
            throw new IllegalStateException("predicts at " + place);
        }
    }

    @Test
    void the_words_of_the_engine_for_a_processor_and_of_the_machine_are_known() {
        assertThat(Memory.isExhaustion(new OutOfMemoryError("Java heap space"))).isTrue();
        assertThat(Memory.isExhaustion(new IllegalStateException(
                        "wrapped",
                        new IllegalStateException(
                                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"))))
                .isTrue();
        assertThat(Memory.isExhaustion(new IllegalStateException("out of range")))
                .isFalse();
        assertThat(Memory.isExhaustion(new IllegalStateException())).isFalse();
    }

    /** A device with so much memory, whose engine fails with these words unless they are empty. */
    private record Device(long memoryBytes, String failure, Precision precision) implements Learners {
        Device(long memoryBytes, String failure) {
            this(memoryBytes, failure, Precision.FP32);
        }

        @Override
        public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
            if (!failure.isEmpty()) {
                throw new IllegalStateException(failure);
            }
            return new DjlLearners(1).learner(network, recipe, state);
        }

        @Override
        public Predictor predictor(Network network, List<Tensor> state) {
            return new DjlLearners(1).predictor(network, state);
        }
    }
}
