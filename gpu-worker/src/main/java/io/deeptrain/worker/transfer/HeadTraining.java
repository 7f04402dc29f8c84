package io.deeptrain.worker.transfer;

import io.deeptrain.worker.data.EmbeddingFile;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageSet;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.port.Learner.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * The steps of a transfer learning: first each image goes through the base model once, a batch a step, and its
 * embedding is kept; then each step teaches the head a batch of embeddings.
 */
public final class HeadTraining implements AutoCloseable {
    /** Images that go through the base model together, and embeddings of a step of the head. */
    public static final int BATCH = 64;

    /** Enough for Adam to come to rest on few images. */
    private static final int HEAD_STEPS_MIN = 500;

    private static final int EPOCHS_MIN = 10;
    private static final String EMBEDDINGS = "embeddings";

    private final ImageSet images;
    private final List<byte[]> negatives;
    private final int imageSize;
    private final Network network;
    private final Function<Pixels, Answers> base;
    private final Activation activation;
    private final long seed;
    private final LinearHead head;
    private final EmbeddingFile embeddings;
    private final List<float[]> targets = new ArrayList<>();

    /**
     * Nothing is embedded yet.
     *
     * @param network made by {@link Embeddings#transferred}
     * @param base answers images with, among others, their embedding
     * @param enriched whether images of nothing are added
     */
    public HeadTraining(
            ImageSet images,
            int imageSize,
            Network network,
            Function<Pixels, Answers> base,
            Activation activation,
            boolean enriched,
            long seed,
            Path scratch)
            throws IOException {
        this.images = images;
        this.imageSize = imageSize;
        this.network = network;
        this.base = base;
        this.activation = activation;
        this.seed = seed;
        this.negatives = enriched ? Negatives.images(imageSize, seed) : List.of();
        this.head = new LinearHead(Embeddings.size(network), network.concepts(), activation);
        this.embeddings = new EmbeddingFile(scratch, Embeddings.size(network));
    }

    public String architecture() {
        return network.architecture();
    }

    /** Whether after so many steps all images are embedded, and the head begins to learn. */
    public boolean isEmbeddedAfter(long steps) {
        return steps == batches();
    }

    /** What the embeddings take that there are. */
    public long embeddingBytes() {
        return (long) targets.size() * Embeddings.size(network) * Float.BYTES;
    }

    /** All that the steps so far have made: the embeddings, and what the head has learned. */
    public LearnerState state() throws IOException {
        int size = Embeddings.size(network);
        float[] all = new float[Math.multiplyExact(targets.size(), size)];
        for (int n = 0; n < targets.size(); n++) {
            System.arraycopy(embeddings.read(n), 0, all, n * size, size);
        }
        return new LearnerState(List.of(new Tensor(EMBEDDINGS, List.of(targets.size(), size), all)), head.state());
    }

    /** Goes on from the state that so many steps of this training have left; false if it cannot be of it. */
    public boolean resume(long steps, LearnerState state) throws IOException {
        int size = Embeddings.size(network);
        int embedded = (int) Math.min(examples(), steps * BATCH);
        boolean fits = steps <= steps()
                && state.network().size() == 1
                && state.network().getFirst().shape().equals(List.of(embedded, size))
                && head.fits(state.optimizer());
        if (!fits) {
            return false;
        }
        float[] all = state.network().getFirst().values();
        for (int n = 0; n < embedded; n++) {
            keep(n, Arrays.copyOfRange(all, n * size, (n + 1) * size));
        }
        head.restore(state.optimizer(), Math.max(0, steps - batches()));
        return true;
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
        return learn(order(step / batches()), batch * BATCH);
    }

    private double learn(int[] order, int from) throws IOException {
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
                base.apply(new Pixels(bytes.flip(), to - from, imageSize)).of(Network.EMBEDDING);
        int size = Embeddings.size(network);
        for (int n = from; n < to; n++) {
            keep(n, Arrays.copyOfRange(answered, (n - from) * size, (n - from + 1) * size));
        }
    }

    private void keep(int example, float[] embedding) throws IOException {
        embeddings.append(embedding);
        targets.add(example < images.size() ? targets(images.labels(example).shown()) : ofNothing());
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
        int[] order = new int[targets.size()];
        Arrays.setAll(order, i -> i);
        for (int left = order.length; left > 1; left--) {
            int other = random.nextInt(left);
            int last = order[left - 1];
            order[left - 1] = order[other];
            order[other] = last;
        }
        return order;
    }

    /**
     * Learns from the images that are embedded, however few they are, as much as from all of them; answers the last
     * loss. At least one step was taken.
     */
    public double hurry() throws IOException {
        double loss = Double.NaN;
        long steps = 0;
        for (long epoch = 1; steps < HEAD_STEPS_MIN; epoch++) {
            int[] order = order(epoch);
            for (int from = 0; from < order.length; from += BATCH) {
                loss = learn(order, from);
                steps++;
            }
        }
        return loss;
    }

    /** Whether the head has learned from every image. */
    public boolean hasLearned(long steps) {
        return steps >= 2L * batches();
    }

    /** What the network answers, from embeddings that it answered before. */
    public Answers answers(Answers embedded) {
        float[] all = embedded.of(Network.EMBEDDING);
        int size = Embeddings.size(network);
        float[] logits = new float[all.length / size * network.concepts()];
        for (int image = 0; image * size < all.length; image++) {
            float[] own = head.logits(Arrays.copyOfRange(all, image * size, (image + 1) * size));
            System.arraycopy(own, 0, logits, image * own.length, own.length);
        }
        return new Answers(Map.of(Network.LOGITS, logits));
    }

    /** The network's state: the base's with what the head has learned. */
    public List<Tensor> networkState(List<Tensor> carried) {
        List<TensorSpec> own = Network.tensorsOf(network.classifier());
        return carried.stream()
                .map(tensor -> {
                    if (tensor.name().equals(own.getFirst().name())) {
                        return new Tensor(tensor.name(), tensor.shape(), head.weight());
                    }
                    return tensor.name().equals(own.getLast().name())
                            ? new Tensor(tensor.name(), tensor.shape(), head.bias())
                            : tensor;
                })
                .toList();
    }

    @Override
    public void close() throws IOException {
        embeddings.close();
    }
}
