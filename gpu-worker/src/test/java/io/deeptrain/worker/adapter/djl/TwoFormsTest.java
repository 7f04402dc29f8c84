package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.network.GraphBuilder;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Layer.AveragePool;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Bias;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.L2Normalize;
import io.deeptrain.worker.network.Layer.Linear;
import io.deeptrain.worker.network.Layer.MaxPool;
import io.deeptrain.worker.network.Layer.Multiply;
import io.deeptrain.worker.network.Layer.Scale;
import io.deeptrain.worker.network.Layer.Sigmoid;
import io.deeptrain.worker.network.Layer.Upsample;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.ResidualNetwork;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.network.Window.Rounding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TwoFormsTest {

    @Test
    void every_kind_of_layer_is_written_as_a_script_that_computes_what_the_block_does() throws Exception {
        Network network = oneOfEach();
        TwoForms.requireAgreement(network, stirred(network), 2, 33);
        TwoForms.requireAgreement(network, stirred(network), 1, 64);
    }

    @Test
    void the_residual_network_is_the_same_in_both_forms() throws Exception {
        Network network = ResidualNetwork.cifar(1, 3);
        TwoForms.requireAgreement(network, stirred(network), 8, 32);
    }

    /** Every kind of layer, rectangles, groups, both roundings, shared tensors, and several outputs. */
    static Network oneOfEach() {
        GraphBuilder graph = new GraphBuilder(BatchNorm.EPSILON);
        int stem = graph.relu(graph.batchNorm(
                "stem.bn", graph.convolution("stem.conv", GraphBuilder.IMAGE, 8, Window.padded(3, 3, 2), 1)));
        int wide =
                graph.add("wide", new Convolution(stem, 8, 8, new Window(1, 5, 1, 0, 2, 1), 4, new Bias.Learned(0.5f)));
        int sparse = graph.convolution("sparse", stem, 8, new Window(3, 3, 1, 2, 2, 2), 1);
        int sum = graph.add(new io.deeptrain.worker.network.Layer.Add(wide, sparse, 0.2));
        int joined = graph.concatenation(sum, graph.relu(stem));
        graph.enter(new Part.Backbone(1));
        int most = graph.add(new MaxPool(joined, Window.square(3, 2, 0), Rounding.UP));
        int mean = graph.add(new AveragePool(most, Window.square(3, 1, 1), Rounding.DOWN, false));
        int coarse = graph.averagePool(mean, Window.square(3, 2, 1));
        int gate = graph.add(new Sigmoid(graph.linear("gate", graph.globalAverage(mean), 16)));
        int gated = graph.add(new Multiply(mean, gate));
        int finer = graph.add(new Upsample(coarse, gated));
        int pyramid = graph.add(graph.dropPath(finer, 0.5), graph.add(new Multiply(gated, gated)));
        int scaled = graph.add("rescaled", new Scale(graph.add(new L2Normalize(pyramid)), 16, 20));
        graph.enter(new Part.Head());
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        for (int level : new int[] {scaled, coarse}) {
            outputs.put(
                    "boxes" + outputs.size(),
                    graph.add("box", new Convolution(level, 16, 4, Window.padded(3, 3, 1), 1, new Bias.Learned(0))));
        }
        int features = graph.dropout(graph.globalAverage(scaled), 0.5);
        outputs.put(Network.EMBEDDING, graph.add("unit", new Scale(graph.add(new L2Normalize(features)), 16, 2)));
        outputs.put(
                Network.LOGITS,
                graph.add("fc", new Linear(outputs.getOrDefault(Network.EMBEDDING, 0), 16, 3, new Bias.None())));
        return graph.network("one-of-each", outputs);
    }

    /** Initial weights, but with scales, shifts and statistics that are not all ones and zeros. */
    static List<Tensor> stirred(Network network) {
        SplittableRandom random = new SplittableRandom(5);
        return InitialWeights.of(network, 7, Set.of()).stream()
                .peek(tensor -> {
                    for (int n = 0; n < tensor.values().length && tensor.shape().size() == 1; n++) {
                        tensor.values()[n] += (float) (random.nextDouble() / 5);
                    }
                })
                .toList();
    }
}
