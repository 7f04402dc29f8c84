package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Bias;
import io.deeptrain.worker.network.Layer.Dropout;
import io.deeptrain.worker.network.Layer.L2Normalize;
import io.deeptrain.worker.network.Layer.Linear;
import io.deeptrain.worker.network.Network.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Networks that place images among others, made of classifiers. An embedding is the features that a classifier decides
 * by, scaled to length 1: the dot product of two of them is the cosine of the angle between them.
 */
public final class Embeddings {
    private static final String PLACING = "-embedder";
    private static final String ANGULAR = "-angular-";
    private static final String TRANSFERRED = "-transfer";
    private static final Pattern ANGULAR_OF_SIZE = Pattern.compile("(.+)" + ANGULAR + "([1-9][0-9]{0,3})");

    private Embeddings() {}

    /** The network with its embedding as one more output. It has the same tensors. */
    public static Network placing(Network network) {
        if (network.outputs().containsKey(Network.EMBEDDING)) {
            return network;
        }
        List<Node> nodes = new ArrayList<>(network.nodes());
        int embedding = added(nodes, "embedding", new L2Normalize(features(network)));
        return network(network.architecture() + PLACING, nodes, network.output(Network.LOGITS), embedding);
    }

    /**
     * The classifier's backbone with an embedding of so many numbers, as Deng et al. 2019 (ArcFace) put it on residual
     * networks but for the dropout: a linear layer, then batch normalisation. Its logits are dot products with one
     * vector for each concept, of which the loss uses the direction alone.
     */
    public static Network angular(Network classifier, int size) {
        int features = features(classifier);
        List<Node> nodes = new ArrayList<>(classifier.nodes().subList(0, features));
        int narrowed = added(nodes, "embedding.fc", new Linear(features, size(classifier), size, new Bias.None()));
        int normalised = added(nodes, "embedding.bn", new BatchNorm(narrowed, size));
        int embedding = added(nodes, "embedding", new L2Normalize(normalised));
        int logits = added(nodes, "prototypes", new Linear(embedding, size, classifier.concepts(), new Bias.None()));
        return network(classifier.architecture() + ANGULAR + size, nodes, logits, embedding);
    }

    /** A linear layer for so many concepts on the embedding of a network that was made for others. */
    public static Network transferred(Network base, int concepts) {
        int features = features(base);
        List<Node> nodes = new ArrayList<>(base.nodes().subList(0, features));
        int embedding = nodes.getLast().layer() instanceof L2Normalize
                ? features
                : added(nodes, "embedding", new L2Normalize(features));
        int logits = added(nodes, "transfer", new Linear(embedding, size(base), concepts));
        return network(base.architecture() + TRANSFERRED, nodes, logits, embedding);
    }

    /** The base's state as that of a network transferred from it, whose head begins at nothing. */
    public static List<Tensor> carried(Network transferred, List<Tensor> base) {
        Map<String, Tensor> known = base.stream().collect(Collectors.toMap(Tensor::name, Function.identity()));
        return transferred.tensors().stream()
                .map(spec ->
                        known.getOrDefault(spec.name(), new Tensor(spec.name(), spec.shape(), new float[spec.size()])))
                .toList();
    }

    /**
     * The network that was made here, by its name.
     *
     * @param bases finds the network that it was made of
     */
    static Optional<Network> made(String architecture, Function<String, Optional<Network>> bases, int concepts) {
        if (architecture.endsWith(PLACING)) {
            return bases.apply(without(architecture, PLACING)).map(Embeddings::placing);
        }
        if (architecture.endsWith(TRANSFERRED)) {
            return bases.apply(without(architecture, TRANSFERRED)).map(base -> transferred(base, concepts));
        }
        Matcher angular = ANGULAR_OF_SIZE.matcher(architecture);
        return angular.matches()
                ? bases.apply(angular.group(1)).map(base -> angular(base, Integer.parseInt(angular.group(2))))
                : Optional.empty();
    }

    private static String without(String architecture, String suffix) {
        return architecture.substring(0, architecture.length() - suffix.length());
    }

    /** How many numbers an embedding of the network has. */
    public static int size(Network network) {
        return linear(network).inFeatures();
    }

    /** The value that the concepts are told apart by. */
    private static int features(Network network) {
        int source = linear(network).source();
        return network.nodes().get(source - 1).layer() instanceof Dropout(int kept, var _) ? kept : source;
    }

    private static Linear linear(Network network) {
        if (network.classifier().layer() instanceof Linear linear) {
            return linear;
        }
        throw new IllegalStateException(
                "logits of %s come from %s".formatted(network.architecture(), network.classifier()));
    }

    private static int added(List<Node> nodes, String name, Layer layer) {
        nodes.add(new Node(name, new Part.Head(), layer));
        return nodes.size();
    }

    private static Network network(String architecture, List<Node> nodes, int logits, int embedding) {
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        outputs.put(Network.LOGITS, logits);
        outputs.put(Network.EMBEDDING, embedding);
        return new Network(architecture, nodes, outputs);
    }
}
