package io.deeptrain.worker.transfer;

import io.deeptrain.worker.data.EmbeddingFile;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageSet;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The steps of a transfer learning: first each image goes through the base model once, a batch a step, and its
 * embedding is kept; then each step teaches the head a batch of embeddings.
 */
public final class HeadTraining implements AutoCloseable {
    static final int BATCH = 64;

    /** Enough for Adam to come to rest on few images. */
    private static final int HEAD_STEPS_MIN = 500;

    private static final int EPOCHS_MIN = 10;

    private final ImageSet images;
    private final List<byte[]> negatives;
    private final int imageSize;
    private final Network network;
    private final Learner learner;
    private final Activation activation;
    private final long seed;
    private final LinearHead head;
    private final EmbeddingFile embeddings;
    private final List<float[]> targets = new ArrayList<>();

    /**
     * Nothing is embedded yet.
     *
     * @param network made by {@link Embeddings#transferred}; the learner is of it and holds the base model's weights
     * @param enriched whether images of nothing are added
     */
    public HeadTraining(
            ImageSet images,
            int imageSize,
            Network network,
            Learner learner,
            Activation activation,
            boolean enriched,
            long seed,
            Path scratch)
            throws IOException {
        this.images = images;
        this.imageSize = imageSize;
        this.network = network;
        this.learner = learner;
        this.activation = activation;
        this.seed = seed;
        this.negatives = enriched ? Negatives.images(imageSize, seed) : List.of();
        this.head = new LinearHead(Embeddings.size(network), network.concepts(), activation);
        this.embeddings = new EmbeddingFile(scratch, Embeddings.size(network));
    }

    private int examples() {
        return images.size() + negatives.size();
    }

    private int batches() {
        return Math.ceilDiv(examples(), BATCH);
    }

    /** How often the head sees each image. */
    public int epochs() {
        return Math.max(EPOCHS_MIN, Math.ceilDiv(HEAD_STEPS_MIN, batches()));
    }

    public long steps() {
        return (1L + epochs()) * batches();
    }

    /** How many epochs of the head are over after so many steps. */
    public int epochsAfter(long steps) {
        return Math.toIntExact(Math.max(0, steps - batches()) / batches());
    }

    /** Takes a step; answers the loss, or no number while there are only embeddings. */
    public double step(long step) throws IOException {
        int batch = Math.toIntExact(step % batches());
        if (step < batches()) {
            embed(batch);
            return Double.NaN;
        }
        int[] order = order(step / batches());
        int from = batch * BATCH;
        int count = Math.min(order.length - from, BATCH);
        float[][] features = new float[count][];
        float[][] wanted = new float[count][];
        for (int i = 0; i < count; i++) {
            features[i] = embeddings.read(order[from + i]);
            wanted[i] = targets.get(order[from + i]);
        }
        return head.step(features, wanted);
    }

    private void embed(int batch) throws IOException {
        int from = batch * BATCH;
        int to = Math.min(examples(), from + BATCH);
        int pixels = ImageDecoder.COLOURS * imageSize * imageSize;
        ByteBuffer bytes = ByteBuffer.allocateDirect((to - from) * pixels);
        int ofImages = Math.max(0, Math.min(to, images.size()) - from);
        if (ofImages > 0) {
            int[] indexes = new int[ofImages];
            Arrays.setAll(indexes, i -> from + i);
            bytes.put(images.pixels(indexes).bytes().duplicate());
        }
        for (int n = from + ofImages; n < to; n++) {
            bytes.put(negatives.get(n - images.size()));
        }
        float[] answered =
                learner.answers(new Pixels(bytes.flip(), to - from, imageSize)).of(Network.EMBEDDING);
        int size = Embeddings.size(network);
        for (int n = from; n < to; n++) {
            embeddings.append(Arrays.copyOfRange(answered, (n - from) * size, (n - from + 1) * size));
            targets.add(n < images.size() ? targets(images.labels(n).shown()) : ofNothing());
        }
    }

    private float[] targets(List<Integer> shown) {
        float[] wanted = new float[network.concepts()];
        shown.forEach(position -> wanted[position] = activation == Activation.SOFTMAX ? 1f / shown.size() : 1);
        return wanted;
    }

    /** Exclusive concepts must add up to 1, so of nothing each is as likely. */
    private float[] ofNothing() {
        float[] wanted = new float[network.concepts()];
        Arrays.fill(wanted, activation == Activation.SOFTMAX ? 1f / wanted.length : 0);
        return wanted;
    }

    private int[] order(long epoch) {
        SplittableRandom random = new SplittableRandom(seed + epoch);
        int[] order = new int[examples()];
        Arrays.setAll(order, i -> i);
        for (int left = order.length; left > 1; left--) {
            int other = random.nextInt(left);
            int last = order[left - 1];
            order[left - 1] = order[other];
            order[other] = last;
        }
        return order;
    }

    /** Hands the learner what the head has learned. */
    public void finish() {
        LearnerState before = learner.state();
        List<TensorSpec> own = Network.tensorsOf(network.classifier());
        List<Tensor> after = before.network().stream()
                .map(tensor -> {
                    if (tensor.name().equals(own.getFirst().name())) {
                        return new Tensor(tensor.name(), tensor.shape(), head.weight());
                    }
                    return tensor.name().equals(own.getLast().name())
                            ? new Tensor(tensor.name(), tensor.shape(), head.bias())
                            : tensor;
                })
                .toList();
        learner.restore(new LearnerState(after, before.optimizer()));
    }

    @Override
    public void close() throws IOException {
        embeddings.close();
    }
}
