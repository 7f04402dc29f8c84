package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.deeptrain.worker.adapter.nccl.FakeGpus;
import io.deeptrain.worker.adapter.nccl.NcclAllReduce;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResidualNetwork;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.InMemoryRing;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RingLink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is exchanged where the device has it; the device is the processor, whose memory all can read. */
@Timeout(120)
class DeviceExchangeTest {
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final int SIZE = 16;
    private static final int STEPS = 3;
    private static final Network NETWORK = ResidualNetwork.cifar(1, 2);

    @Test
    void a_tensors_memory_holds_its_numbers() {
        new DjlLearners(1);
        try (NDManager manager = NDManager.newBaseManager(DjlLearners.ENGINE)) {
            PtNDArray array = (PtNDArray) manager.arange(12f).reshape(new Shape(3, 4));
            MemorySegment memory = TensorMemory.of(array);
            assertThat(memory.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(array.toFloatArray());
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, 5, 42);
            assertThat(array.getFloat(1, 1)).isEqualTo(42);
        }
    }

    /** Another rank that adds nothing changes nothing, to the last bit; one that adds something does. */
    @Test
    void a_learner_exchanges_gradients_statistics_and_loss_on_the_device() throws Exception {
        Trained alone = trained(GradientExchange.NONE);
        assertThat(values(alone.state())).isNotEqualTo(values(InitialWeights.of(NETWORK, 3, Set.of())));

        Trained withZeros = withAnother(0);
        assertThat(withZeros.losses()).isEqualTo(alone.losses());
        assertThat(values(withZeros.state())).isEqualTo(values(alone.state()));

        Trained withOnes = withAnother(1);
        assertThat(withOnes.losses().getFirst()).isEqualTo(alone.losses().getFirst() + 1);
        assertThat(values(withOnes.state())).isNotEqualTo(values(alone.state()));
    }

    private record Trained(List<Float> losses, List<Tensor> state) {}

    private static List<List<Float>> values(List<Tensor> state) {
        return state.stream()
                .map(tensor -> FloatBuffer.wrap(tensor.values()))
                .map(buffer -> buffer.duplicate())
                .map(DeviceExchangeTest::list)
                .toList();
    }

    private static List<Float> list(FloatBuffer buffer) {
        Float[] numbers = new Float[buffer.remaining()];
        for (int n = 0; n < numbers.length; n++) {
            numbers[n] = buffer.get(n);
        }
        return List.of(numbers);
    }

    /** A learner's state after some steps beside a rank that gives the same number for each of its. */
    private static Trained withAnother(float number) throws Exception {
        FakeGpus gpus = new FakeGpus();
        List<RingLink> ring = InMemoryRing.of(2, PATIENT);
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            var equipment = Optional.of(gpus.gpu().equipment());
            Future<?> other = threads.submit(() -> give(
                    number,
                    NcclAllReduce.orRing(ring.get(1), Optional.of(gpus.gpu().equipment()), PATIENT)));
            Trained trained;
            try (GradientExchange exchange = NcclAllReduce.orRing(ring.get(0), equipment, PATIENT)) {
                assertThat(exchange.isOnDevice()).isTrue();
                trained = trained(exchange);
            }
            other.get();
            assertThat(gpus.sums()).isEqualTo(STEPS);
            return trained;
        }
    }

    /** As often as the other rank wants it. */
    private static void give(float number, GradientExchange exchange) {
        try (exchange;
                Arena arena = Arena.ofShared()) {
            long count = NETWORK.tensors().stream()
                            .mapToLong(tensor -> tensor.shape().stream()
                                    .mapToLong(Integer::longValue)
                                    .reduce(1, Math::multiplyExact))
                            .sum()
                    + 1;
            MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, count);
            for (int n = 0; n < STEPS; n++) {
                for (long i = 0; i < count; i++) {
                    values.setAtIndex(ValueLayout.JAVA_FLOAT, i, number);
                }
                exchange.sum(values);
            }
        } catch (RankLostException lost) {
            throw new AssertionError("the learner has left", lost);
        }
    }

    private static Trained trained(GradientExchange exchange) {
        Recipe recipe =
                new Recipe(new Objective.Classification(Activation.SOFTMAX), new Optimizer.Momentum(0.9, 5e-4), 10);
        try (Learner learner =
                new DjlLearners(1).learner(NETWORK, recipe, InitialWeights.of(NETWORK, 3, Set.of()), exchange)) {
            List<Float> losses = java.util.stream.IntStream.range(0, STEPS)
                    .mapToObj(n -> learner.step(batch(), new Step(n, 0.1, 0)))
                    .toList();
            LearnerState state = learner.state();
            return new Trained(losses, state.network());
        }
    }

    private static Batch batch() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * 3 * SIZE * SIZE);
        FloatBuffer targets = FloatBuffer.allocate(4 * 2);
        for (int n = 0; n < bytes.capacity(); n++) {
            bytes.put(n, (byte) (n * 31));
        }
        for (int image = 0; image < 4; image++) {
            targets.put(image * 2 + image % 2, 1);
        }
        return new Batch(new Pixels(bytes, 4, SIZE), targets);
    }
}
