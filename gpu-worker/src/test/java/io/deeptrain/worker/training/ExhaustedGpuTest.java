package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.Gangs;
import io.deeptrain.worker.port.Predictor;
import io.deeptrain.worker.port.RankLostException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose fault it is that a GPU has no more memory for a training that has begun. */
class ExhaustedGpuTest {
    /** In the words of PyTorch 2.5. */
    private static final String FULL = words("14.10 GiB", "400.00 MiB");

    private static final String OF_OTHERS = words("6.02 GiB", "1.50 MiB");

    @TempDir
    Path folder;

    private TrainingBench bench;

    private static String words(String allocated, String reserved) {
        return ("The following operation failed in the TorchScript interpreter.\nRuntimeError: CUDA out of memory. Tried to"
                        + " allocate 784.00 MiB. GPU 0 has a total capacity of 15.77 GiB of which 192.88 MiB is free. Including"
                        + " non-PyTorch memory, this process has 15.57 GiB memory in use. Of the allocated memory %s is allocated"
                        + " by PyTorch, and %s is reserved by PyTorch but unallocated. If reserved but unallocated memory is large"
                        + " try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.")
                .formatted(allocated, reserved);
    }

    @BeforeEach
    void a_training_with_more_images_a_batch_than_its_template_has() throws IOException {
        bench = new TrainingBench(folder)
                .digits(4, Split.TRAIN)
                .set("batch_size", 128L)
                .set("num_epochs", 2L);
    }

    private Failed failed() throws IOException {
        return failed(new Origin.Scratch());
    }

    private Failed failed(Origin origin) throws IOException {
        return (Failed) bench.run(bench.assignment(2, origin)).getLast();
    }

    private static Runnable failing(String words) {
        return () -> {
            throw new IllegalStateException(words);
        };
    }

    private static WatchedLearners fullInAStep(String words) {
        return new WatchedLearners(failing(words), () -> {});
    }

    private static void assertTenants(Failed failed) {
        assertThat(failed.fault()).isEqualTo(Fault.USER);
        assertThat(failed.code()).isEqualTo("USER_OOM");
    }

    private static void assertOurs(Failed failed) {
        assertThat(failed.fault()).isEqualTo(Fault.CAPACITY);
        assertThat(failed.code()).isEqualTo("OUT_OF_MEMORY");
    }

    @Test
    void a_batch_that_the_tenant_has_chosen_and_that_fills_a_gpu_is_the_tenants_fault() throws Exception {
        bench.on(fullInAStep(FULL));
        assertTenants(failed());
        assertThat(failed().message())
                .startsWith("memory ran out with batch_size 128 and image_size 32, a batch_size of 64 or a smaller"
                        + " image_size may fit: ");
    }

    @Test
    void so_it_is_if_the_test_images_are_what_does_not_fit() throws Exception {
        bench.on(new WatchedLearners(() -> {}, failing(FULL)));
        assertTenants(failed());
    }

    @Test
    void so_are_larger_images_whose_batch_is_the_templates() throws Exception {
        bench.set("batch_size", 1L).set("image_size", 48L).on(fullInAStep(FULL));
        assertTenants(failed());
        assertThat(failed().message()).contains("image_size 48, a smaller image_size may fit: ");
    }

    @Test
    void what_the_template_has_by_itself_is_nobodys_choice() throws Exception {
        bench.set("batch_size", 64L).on(fullInAStep(FULL));
        assertOurs(failed());
    }

    @Test
    void memory_that_others_have_of_the_gpu_is_not_the_tenants_fault() throws Exception {
        bench.on(fullInAStep(OF_OTHERS));
        assertOurs(failed());
    }

    @Test
    void nor_is_what_the_engine_does_not_explain_and_the_memory_of_the_machine() throws Exception {
        for (String words : List.of(
                "CUDA out of memory. Tried to allocate more than 1EB memory.",
                "CUDA error: out of memory",
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")) {
            bench.on(fullInAStep(words));
            assertOurs(failed());
        }
        bench.on(new WatchedLearners(
                () -> {
                    throw new OutOfMemoryError("Java heap space");
                },
                () -> {}));
        assertOurs(failed());
    }

    @Test
    void nor_is_a_slice_of_a_gpu() throws Exception {
        bench.set("gpu_fraction", 0.5).on(fullInAStep(FULL));
        assertOurs(failed());
    }

    @Test
    void nor_are_fewer_gpus_than_were_asked_for() throws Exception {
        bench.set("num_gpus", 2L).on(fullInAStep(FULL));
        assertOurs(failed());
    }

    @Test
    void nor_is_it_if_models_that_answer_share_the_gpu() throws Exception {
        WatchedLearners learners = fullInAStep(FULL);
        bench.on(learners);
        Network network = Architectures.named("cifar-resnet-20", 10).orElseThrow();
        try (Predictor predictor = learners.predictor(network, InitialWeights.of(network, 1, Set.of()))) {
            assertThat(predictor).isNotNull();
            assertOurs(failed());
        }
        assertTenants(failed());
    }

    @Test
    void nor_is_a_rank_on_another_gpu_whatever_it_says() throws Exception {
        Gangs gangs = (assignment, _, network, recipe, state, _) -> new WatchedLearners(
                        () -> {
                            throw new RankLostException("rank 1 has ended: " + FULL);
                        },
                        () -> {})
                .learner(network, recipe, state);
        bench.on(2, gangs);
        assertOurs(failed());
    }

    @Test
    void nor_is_it_before_the_clock_has_begun() throws Exception {
        Gangs gangs = (assignment, _, network, recipe, state, _) -> {
            throw new IllegalStateException(FULL);
        };
        bench.on(2, gangs);
        assertOurs(failed());
    }

    @Test
    void a_batch_that_has_fitted_before_is_tried_again_elsewhere() throws Exception {
        List<TrainerReport> before = bench.run(bench.assignment(1, new Origin.Scratch()));
        bench.on(fullInAStep(FULL));
        assertOurs(failed(
                TrainingBench.resumedFrom(TrainingBench.checkpoints(before).getFirst())));
    }

    @Test
    void a_gpu_that_is_found_broken_thereupon_is_to_blame() throws Exception {
        Iterator<GpuHealth> health = List.<GpuHealth>of(
                        new GpuHealth.Healthy(), new GpuHealth.PartlyBroken(List.of(1), List.of("too hot")))
                .iterator();
        bench.on(fullInAStep(FULL)).with((Devices) health::next);
        assertThat(failed().code()).isEqualTo("GPU_BROKEN");
    }

    @Test
    void sizes_are_read_in_whatever_unit() {
        assertThat(
                        GpuExhaustion.of(
                                "CUDA out of memory. Tried to allocate 512 bytes. GPU 3 has a total capacity of 2.00 KiB of"
                                        + " which 1 bytes is free. Of the allocated memory 1.00 MiB is allocated by PyTorch, with 3.00 KiB"
                                        + " allocated in private pools (e.g., CUDA Graphs), and 1.50 GiB is reserved by PyTorch but unallocated."))
                .contains(new GpuExhaustion(512, 2 << 10, (1 << 20) + 1.5 * (1 << 30)));
        assertThat(new GpuExhaustion(100, 800, 600).isOfThisProcess()).isTrue();
        assertThat(new GpuExhaustion(99, 800, 600).isOfThisProcess()).isFalse();
        assertThat(GpuExhaustion.of("CUDA out of memory. Tried to allocate 512 bytes."))
                .isEmpty();
    }
}
