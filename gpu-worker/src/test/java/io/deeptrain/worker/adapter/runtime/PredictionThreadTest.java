package io.deeptrain.worker.adapter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.artifact.Publications;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.evaluation.ImageReport;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.prediction.Prediction.Seen;
import io.deeptrain.worker.training.DrawnDigits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionThreadTest {
    private static final int IMAGES_MAX = 4;
    private static final long LIMIT_SECONDS = 60;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private final HeldEngine engine = new HeldEngine();
    private final List<Integer> batches = new ArrayList<>();
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private ObjectArchive archive;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private PredictionThread predictions;

    @BeforeEach
    void open() throws IOException {
        archive = new ObjectArchive(ObjectStores.open(folder.toUri()));
        predictions = new PredictionThread(new LoadedModels(archive, engine), IMAGES_MAX, batches::add);
    }

    @AfterEach
    void close() {
        engine.free.countDown();
        predictions.close();
        callers.shutdownNow();
    }

    private StoredObject published(int number) throws IOException {
        Network network = Architectures.named("cifar-resnet-20", 3).orElseThrow();
        return archive.publish(
                new AttemptId(new JobId("job-" + number), new FencingToken(1)),
                Publications.of(
                        new TrainedModel(
                                "cifar-resnet-20",
                                List.of("ant", "bee", "cat"),
                                32,
                                new Objective.Classification(Activation.SOFTMAX),
                                InitialWeights.of(network, number, Set.of())),
                        new ImageReport(Split.TEST, 0, 0, List.of(), List.of(), List.of())));
    }

    private static Outcome digit(int n) {
        return ImageDecoder.decode(DrawnDigits.png(n % 10, n), 32);
    }

    private Future<List<Prediction>> asked(StoredObject model, int conceptsMax, Outcome... images) {
        int before = waiting();
        Future<List<Prediction>> answer =
                callers.submit(() -> predictions.predict(model, List.of(images), conceptsMax));
        awaitWaiting(before + 1);
        return answer;
    }

    private int waiting() {
        return predictions.waiting();
    }

    private void awaitWaiting(int questions) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (waiting() < questions) {
            assertThat(System.nanoTime()).as("waiting for the question").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void those_who_ask_while_the_device_is_busy_share_a_batch_and_each_gets_its_own_answer() throws Exception {
        StoredObject model = published(1);
        StoredObject other = published(2);
        List<List<Prediction>> alone = new ArrayList<>();
        try (LoadedModels models = new LoadedModels(archive, new DjlLearners(1))) {
            for (int n = 0; n < 7; n++) {
                alone.add(models.predict(model, List.of(digit(n)), 3));
            }
        }

        Future<List<Prediction>> first = asked(model, 3, digit(0));
        engine.busy.await();
        Future<List<Prediction>> second = asked(model, 1, digit(1));
        Future<List<Prediction>> elsewhere = asked(other, 3, digit(1));
        Future<List<Prediction>> third = asked(model, 3, digit(2), digit(3), digit(4), digit(5), digit(6));
        engine.free.countDown();

        assertThat(concepts(get(first).getFirst()))
                .isEqualTo(concepts(alone.getFirst().getFirst()));
        assertThat(concepts(get(second).getFirst()))
                .isEqualTo(concepts(alone.get(1).getFirst()).subList(0, 1));
        assertThat(get(third)).hasSize(5);
        for (int n = 2; n < 7; n++) {
            assertThat(concepts(get(third).get(n - 2)))
                    .isEqualTo(concepts(alone.get(n).getFirst()));
        }
        assertThat(get(elsewhere)).hasSize(1);
        predictions.close();
        assertThat(batches).containsExactly(1, 4, 1, 2);
    }

    private static List<String> concepts(Prediction prediction) {
        return ((Seen) prediction)
                .concepts().stream().map(Prediction.Scored::concept).toList();
    }

    @Test
    void a_model_that_cannot_be_read_fails_those_who_asked_it_and_nobody_else() throws Exception {
        StoredObject model = published(1);
        StoredObject broken = new StoredObject(model.key(), "0".repeat(64), model.sizeBytes());
        engine.free.countDown();

        assertThatThrownBy(() -> predictions.predict(broken, List.of(digit(1)), 1))
                .isInstanceOf(CorruptObjectException.class);
        assertThatThrownBy(() -> predictions.imageSizeOf(broken)).isInstanceOf(CorruptObjectException.class);
        assertThat(predictions.predict(model, List.of(digit(1)), 1)).hasSize(1);
        assertThat(predictions.imageSizeOf(model)).isEqualTo(32);
    }

    @Test
    void a_failing_engine_fails_those_who_asked_and_the_thread_goes_on() throws Exception {
        StoredObject model = published(1);
        engine.free.countDown();
        engine.failing = true;
        assertThatThrownBy(() -> predictions.predict(model, List.of(digit(1)), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("the device is on fire");
        engine.failing = false;

        assertThat(predictions.predict(model, List.of(digit(1)), 1)).hasSize(1);
    }

    @Test
    void who_waits_when_it_is_closed_is_answered_and_who_comes_later_is_told() throws Exception {
        StoredObject model = published(1);
        Future<List<Prediction>> first = asked(model, 1, digit(0));
        engine.busy.await();
        Future<List<Prediction>> second = asked(model, 1, digit(1));
        Future<?> closing = callers.submit(predictions::close);
        engine.free.countDown();
        get(closing);

        assertThat(get(first)).hasSize(1);
        assertThat(get(second)).hasSize(1);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> predictions.predict(model, List.of(digit(2)), 1))
                .withMessage("the worker ends and answers no more questions");
    }

    /** The real engine, which holds its first batch until it is told to let it go. */
    private static final class HeldEngine implements Learners {
        private final Learners real = new DjlLearners(1);
        private final CountDownLatch busy = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);
        private volatile boolean failing;

        @Override
        public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
            throw new UnsupportedOperationException("predicting is no learning");
        }

        @Override
        public long memoryBytes() {
            return real.memoryBytes();
        }

        @Override
        public Predictor predictor(Network network, List<Tensor> state) {
            Predictor predictor = real.predictor(network, state);
            return new Predictor() {
                @Override
                public Answers answers(Pixels pixels) {
                    busy.countDown();
                    try {
                        free.await();
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                    if (failing) {
                        throw new IllegalStateException("the device is on fire");
                    }
                    return predictor.answers(pixels);
                }

                @Override
                public void close() {
                    predictor.close();
                }
            };
        }
    }
}
