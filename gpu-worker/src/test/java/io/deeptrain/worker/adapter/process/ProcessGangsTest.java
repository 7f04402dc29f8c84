package io.deeptrain.worker.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.port.RankLostException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class ProcessGangsTest {
    private static final int SIZE = 64;

    /** So many images, as often as there are ranks: each rank's part is the same as the others'. */
    private static Batch repeated(int images, int times, Targets targets, long seed) {
        byte[] pixels = new byte[images * 3 * SIZE * SIZE];
        new SplittableRandom(seed).nextBytes(pixels);
        ByteBuffer bytes = ByteBuffer.allocateDirect(pixels.length * times);
        FloatBuffer wanted = FloatBuffer.allocate(images * times * targets.perImage());
        for (int time = 0; time < times; time++) {
            bytes.put(pixels);
            for (int n = 0; n < images; n++) {
                targets.write(labels(n), wanted, (time * images + n) * targets.perImage());
            }
        }
        return new Batch(new Pixels(bytes.flip(), images * times, SIZE), wanted);
    }

    /** An object of a size of its own, so that not every image has as many anchors that are to find it. */
    private static Labels labels(int image) {
        int concept = image % GangJob.CONCEPTS;
        Box box = new Box(0.1, 0.2, 0.4 + 0.1 * concept, 0.6);
        return new Labels(List.of(concept), List.of(new LabelledBox(concept, box)));
    }

    @ParameterizedTest(name = "{0} {1}, {2} ranks")
    @CsvSource({
        "visual-classifier, classification_cifar10_v1, 2, 8",
        "visual-classifier, classification_cifar10_v1, 3, 4",
        "visual-detector, DeepTrain_SmallDetector, 2, 4",
        "visual-detector, DeepTrain_AnchorFreeDetector, 2, 4",
        "visual-embedder, Clarifai_ResNet_AngularMargin, 2, 4",
        "visual-embedder, Clarifai_InceptionBatchNorm, 2, 4"
    })
    void a_step_of_ranks_with_like_images_is_the_step_of_one_with_all_of_them(
            String modelType, String template, int ranks, int images) {
        GangJob job = GangJob.of(modelType, template, SIZE, ranks, Optional.empty());
        Targets targets = job.plan().objective().targets(job.network(), SIZE);
        DjlLearners learners = new DjlLearners(1);
        ProcessGangs gangs = new ProcessGangs(learners, 1, Precision.FP32, List.of());
        try (Learner gang = job.on(gangs);
                Learner one = learners.learner(job.network(), job.plan().recipe(), job.weights())) {
            for (int n = 0; n < 3; n++) {
                Batch batch = repeated(images, ranks, targets, n);
                Step step = new Step(n, 0.02, 0);
                float ofOne = one.step(batch, step);
                assertThat(gang.step(batch, step)).isCloseTo(ofOne, within(1e-4f * ofOne));
                LearnerState next = one.state();
                // Sums in another order differ in the last bits, and where a unit is just on or off in more.
                assertThat(greatestDifference(
                                withoutVariances(gang.state().network()), withoutVariances(next.network())))
                        .isBetween(0.0, 1e-2);
                assertThat(greatestDifference(gang.state().optimizer(), next.optimizer()))
                        .isBetween(0.0, 1e-2);
                gang.restore(next);
            }
            assertThat(greatestDifference(one.state().network(), job.weights())).isGreaterThan(0.1);
        }
    }

    /** A variance is estimated from so many values less one, and each rank has its own images' values only. */
    private static List<Tensor> withoutVariances(List<Tensor> network) {
        return network.stream()
                .filter(tensor -> !tensor.name().endsWith("running_var"))
                .toList();
    }

    /** Of one number, as a part of the greatest of its tensor. */
    private static double greatestDifference(List<Tensor> some, List<Tensor> others) {
        double greatest = 0;
        for (int n = 0; n < some.size(); n++) {
            double scale = 1e-3;
            double difference = 0;
            for (int i = 0; i < some.get(n).values().length; i++) {
                scale = Math.max(scale, Math.abs(some.get(n).values()[i]));
                difference = Math.max(
                        difference,
                        Math.abs(some.get(n).values()[i] - others.get(n).values()[i]));
            }
            greatest = Math.max(greatest, difference / scale);
        }
        return greatest;
    }

    @Test
    void a_rank_that_does_not_start_is_said_to_be_lost() {
        ProcessGangs gangs = new ProcessGangs(
                new DjlLearners(1),
                1,
                Precision.FP32,
                rank -> new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(), "-version"),
                Duration.ofSeconds(5),
                Optional.empty(),
                _ -> Optional.empty());
        assertThatThrownBy(() -> GangJob.classifier(SIZE, 2).on(gangs))
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("rank 1 of 2 of attempt")
                .hasMessageContaining("did not start");
    }

    @Test
    void a_rank_gets_the_gpu_of_its_place_and_none_that_is_left_out() {
        List<String> seen = new ArrayList<>();
        RankCommandLine commandLine = new RankCommandLine(List.of("GPU-1", "GPU-2", "GPU-3"));
        ProcessGangs gangs = new ProcessGangs(
                new DjlLearners(1),
                1,
                Precision.FP32,
                place -> {
                    seen.add(commandLine.of(place).environment().get("CUDA_VISIBLE_DEVICES"));
                    return new ProcessBuilder("false");
                },
                Duration.ofSeconds(5),
                Optional.empty(),
                _ -> Optional.empty());
        assertThatThrownBy(() -> GangJob.classifier(SIZE, 2).on(gangs, List.of(0, 2), () -> true))
                .isInstanceOf(RankLostException.class);
        assertThat(seen).containsExactly("GPU-3");
    }

    @Test
    void a_packaged_worker_finds_the_classes_of_its_ranks_beside_it() {
        assertThat(RankCommandLine.classPath("/app/quarkus-run.jar"))
                .isEqualTo("/app/app/*:/app/lib/main/*:/app/lib/boot/*");
        assertThat(RankCommandLine.classPath("/a/classes:/b.jar")).isEqualTo("/a/classes:/b.jar");
    }

    @Test
    void each_rank_sees_its_own_device() {
        RankCommandLine commandLine = new RankCommandLine(List.of("2", "GPU-5a"));
        assertThat(commandLine.of(1).environment()).containsEntry("CUDA_VISIBLE_DEVICES", "GPU-5a");
        assertThat(new RankCommandLine(List.of()).of(1).environment())
                .doesNotContainEntry("CUDA_VISIBLE_DEVICES", "GPU-5a");
    }
}
