package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.objects.PretrainedFiles;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings whose backbone has learned before. */
class PretrainedRunTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final Network NETWORK =
            Architectures.named("cifar-resnet-20", 10).orElseThrow();
    private static final List<Tensor> LEARNED = InitialWeights.of(NETWORK, 99, Set.of());

    @TempDir
    Path folder;

    private TrainingBench bench() throws IOException {
        return bench("pretrained_weights");
    }

    /** Asks for weights by this name. */
    private TrainingBench bench(String hyperparameter) throws IOException {
        return new TrainingBench(folder)
                .digits(16, Split.TRAIN)
                .set("batch_size", 8L)
                .set("num_epochs", 1L)
                .set(hyperparameter, "digits")
                .with((name, architecture) -> name.equals("digits") && architecture.equals("cifar-resnet-20")
                        ? Optional.of(LEARNED)
                        : Optional.empty());
    }

    private static List<Tensor> trained(TrainingBench bench) throws Exception {
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        assertThat(reports.getLast()).isInstanceOf(Finished.class);
        return bench.archive().model(((Finished) reports.getLast()).model()).state();
    }

    private static long changed(List<Tensor> state, boolean backbone) {
        long changed = 0;
        for (int n = 0; n < state.size(); n++) {
            TensorSpec spec = NETWORK.tensors().get(n);
            if (spec.role() == Role.PARAMETER && spec.part() instanceof Part.Backbone == backbone) {
                changed += state.get(n).equals(LEARNED.get(n)) ? 0 : 1;
            }
        }
        return changed;
    }

    @Test
    void a_multiplier_of_nothing_keeps_what_the_backbone_has_learned() throws Exception {
        List<Tensor> state = trained(bench().set("base_gradient_multiplier", 0.0));
        assertThat(changed(state, true)).isZero();
        assertThat(changed(state, false)).isPositive();
    }

    @Test
    void a_training_begins_from_the_bundled_weights() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .classifier("Clarifai_InceptionTransferEmbedNorm")
                .digits(4, Split.TRAIN)
                .set("image_size", 75L)
                .set("batch_size", 2L)
                .set("num_epochs", 1L)
                .set("pretrained_weights", "nsfwjs-4.4.0")
                .set("base_gradient_multiplier", 0.0)
                .with(PretrainedFiles.bundled());
        List<Tensor> kernels = PretrainedFiles.bundled().find("nsfwjs-4.4.0", "inception-v3").orElseThrow().stream()
                .filter(tensor -> tensor.name().endsWith(".conv.weight"))
                .toList();
        assertThat(kernels).hasSize(94);
        assertThat(trained(bench).containsAll(kernels)).isTrue();
    }

    /** They are as large as the network, which has copied them. */
    @Test
    void weights_are_let_go_of_before_the_network_learns() throws Exception {
        AtomicReference<WeakReference<List<Tensor>>> found = new AtomicReference<>();
        TrainingBench bench = bench().with((_, _) -> {
            List<Tensor> learned = List.copyOf(InitialWeights.of(NETWORK, 99, Set.of()));
            found.set(new WeakReference<>(learned));
            return Optional.of(learned);
        });
        List<Boolean> kept = new ArrayList<>();
        bench.run(bench.assignment(1, SCRATCH), steps -> {
            if (steps > 0) {
                System.gc();
                kept.add(found.get().get() != null);
            }
            return new Direction.Proceed();
        });
        assertThat(kept).isNotEmpty().containsOnly(false);
    }

    @Test
    void frozen_stages_stay_as_they_have_learned_with_their_statistics_and_the_later_ones_learn() throws Exception {
        List<Tensor> state = trained(bench().set("frozen_stages", 2L));
        for (int n = 0; n < state.size(); n++) {
            TensorSpec spec = NETWORK.tensors().get(n);
            boolean stands = spec.part() instanceof Part.Backbone(int stage) && stage <= 2;
            assertThat(state.get(n).equals(LEARNED.get(n))).as(spec.name()).isEqualTo(stands);
        }
    }

    @Test
    void weights_may_be_asked_for_as_preinit() throws Exception {
        List<Tensor> state = trained(bench("preinit").set("frozen_stages", 4L));
        assertThat(changed(state, true)).as("it begins with them").isZero();
        assertThat(changed(state, false)).isPositive();
    }

    @Test
    void a_backbone_learns_on_with_its_share_of_the_rate() throws Exception {
        double slow = distance(trained(bench().set("base_gradient_multiplier", 0.01)));
        double fast = distance(trained(bench().set("base_gradient_multiplier", 1.0)));
        assertThat(slow).isPositive().isLessThan(fast / 10);
    }

    /** Of the backbone's parameters from what they were. */
    private static double distance(List<Tensor> state) {
        double sum = 0;
        for (int n = 0; n < state.size(); n++) {
            TensorSpec spec = NETWORK.tensors().get(n);
            if (spec.role() == Role.PARAMETER && spec.part() instanceof Part.Backbone) {
                for (int i = 0; i < spec.size(); i++) {
                    double step = state.get(n).values()[i] - LEARNED.get(n).values()[i];
                    sum += step * step;
                }
            }
        }
        return Math.sqrt(sum);
    }

    @Test
    void weights_that_the_worker_does_not_have_are_the_tenants_failure() throws Exception {
        Failed failed = failed(bench().set("pretrained_weights", "ImageNet-1k"));
        assertThat(failed.fault()).isEqualTo(Fault.USER);
        assertThat(failed.code()).isEqualTo("PRETRAINED_WEIGHTS_MISSING");
        assertThat(failed.message())
                .isEqualTo(
                        "pretrained weights must be None or such as this worker has for cifar-resnet-20: ImageNet-1k");
    }

    @Test
    void weights_that_do_not_fit_are_the_platforms_failure() throws Exception {
        Failed unfit = failed(bench().with((_, _) -> Optional.of(List.of())));
        assertThat(unfit.fault()).isEqualTo(Fault.PLATFORM);
        assertThat(unfit.code()).isEqualTo("PRETRAINED_WEIGHTS_UNREADABLE");
        assertThat(unfit.message()).startsWith("digits for cifar-resnet-20: ").contains("are missing, as ");
        Network other = Architectures.named("resnet-50", 10).orElseThrow();
        Failed foreign = failed(bench().with((_, _) -> Optional.of(InitialWeights.of(other, 1, Set.of()))));
        assertThat(foreign.code()).isEqualTo("PRETRAINED_WEIGHTS_UNREADABLE");
        assertThat(foreign.message()).startsWith("digits for cifar-resnet-20: ");
        Failed torn = failed(bench().with((_, _) -> {
            throw new CorruptObjectException("torn");
        }));
        assertThat(torn.code()).isEqualTo("PRETRAINED_WEIGHTS_UNREADABLE");
        assertThat(torn.message()).isEqualTo("torn");
    }

    private static Failed failed(TrainingBench bench) throws IOException {
        return (Failed) bench.run(bench.assignment(1, SCRATCH)).getLast();
    }
}
