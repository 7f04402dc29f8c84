package io.deeptrain.worker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Bias;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.MaxPool;
import io.deeptrain.worker.network.ValueShape.Maps;
import io.deeptrain.worker.network.Window.Rounding;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private final GraphBuilder graph = new GraphBuilder(BatchNorm.EPSILON);

    /** He et al. 2015, table 6: ResNet-20 has 0.27 million parameters. Ours has shortcuts with weights (option B). */
    @Test
    void the_residual_network_of_depth_20_has_the_published_number_of_parameters() {
        Cost cost = Cost.of(ResidualNetwork.cifar(3, 10), 32);
        assertThat(cost.parameters()).isEqualTo(272_474);
        assertThat(cost.multiplyAdds()).isEqualTo(40_813_184);
    }

    @Test
    void tensors_have_speaking_names_in_the_order_of_the_layers() {
        assertThat(ResidualNetwork.cifar(1, 10).tensors())
                .extracting(TensorSpec::name)
                .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var")
                .contains("layer2.0.conv1.weight", "layer2.0.downsample.0.weight")
                .endsWith("fc.weight", "fc.bias");
    }

    @Test
    void a_tensor_knows_its_part() {
        assertThat(ResidualNetwork.cifar(1, 10).tensors())
                .extracting(spec -> spec.name() + " " + spec.part())
                .contains(
                        "conv1.weight Backbone[stage=0]",
                        "layer3.0.conv1.weight Backbone[stage=3]",
                        "fc.weight Head[]");
    }

    @Test
    void a_pool_that_rounds_up_has_a_position_for_what_is_left_but_none_beyond_the_edge() {
        assertThat(pooled(6, Window.square(3, 2, 0), Rounding.DOWN)).isEqualTo(2);
        assertThat(pooled(6, Window.square(3, 2, 0), Rounding.UP)).isEqualTo(3);
        assertThat(pooled(7, Window.square(3, 2, 0), Rounding.UP)).isEqualTo(3);
        assertThat(pooled(5, Window.square(2, 2, 1), Rounding.UP)).isEqualTo(3);
    }

    private static int pooled(int size, Window window, Rounding rounding) {
        GraphBuilder pool = new GraphBuilder(BatchNorm.EPSILON);
        Network network = pool.network("pool", output(pool.add(new MaxPool(GraphBuilder.IMAGE, window, rounding))));
        return ((Maps) Shapes.of(network, size, size).getLast()).rows();
    }

    @Test
    void an_image_too_small_for_a_layer_is_refused_with_the_layers_name() {
        Network network = graph.network(
                "narrow", output(graph.convolution("stem", GraphBuilder.IMAGE, 8, Window.square(5, 1, 0), 1)));
        assertThat(Shapes.of(network, 5, 6).getLast()).isEqualTo(new Maps(8, 1, 2));
        assertThatThrownBy(() -> Shapes.of(network, 4, 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("image of 4 x 6 pixels is too small: stem");
    }

    @Test
    void values_of_different_shapes_cannot_be_added() {
        int small = graph.convolution("small", GraphBuilder.IMAGE, 3, Window.padded(3, 3, 2), 1);
        Network network = graph.network("odd", output(graph.add(GraphBuilder.IMAGE, small)));
        assertThatThrownBy(() -> Shapes.of(network, 8, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("add2 cannot add Maps[channels=3, rows=4, columns=4], value 0 is Maps");
    }

    @Test
    void layers_of_one_name_share_their_tensors() {
        int first = shared(GraphBuilder.IMAGE, 3);
        Network network = graph.network("twice", output(shared(first, 3)));
        assertThat(network.tensors()).extracting(TensorSpec::name).containsExactly("same.weight", "same.bias");
    }

    @Test
    void layers_of_one_name_and_different_shapes_are_refused() {
        int first = shared(GraphBuilder.IMAGE, 4);
        int second = shared(first, 4);
        assertThatThrownBy(() -> graph.network("twice", output(second)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two layers share same.weight and differ: [4, 3, 1, 1], [4, 4, 1, 1]");
    }

    private int shared(int source, int channels) {
        return graph.add(
                "same",
                new Convolution(
                        source, graph.channels(source), channels, Window.square(1, 1, 0), 1, new Bias.Learned(0)));
    }

    private static SequencedMap<String, Integer> output(int value) {
        return new TreeMap<>(Map.of("value", value));
    }
}
