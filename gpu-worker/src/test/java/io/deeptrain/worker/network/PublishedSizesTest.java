package io.deeptrain.worker.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.ValueShape.Maps;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Architectures beside what is published of them, with the 1,000 classes of ImageNet. */
class PublishedSizesTest {
    private static final int CLASSES = 1000;

    /** Xie et al. 2017, table 1: 25.5 and 25.0 million, 4.1 and 4.2 billion; to the last one as in torchvision. */
    @Test
    void resnet_and_resnext() {
        assertThat(Cost.of(ResNet50.resnet(CLASSES), 224).parameters()).isEqualTo(25_557_032);
        assertThat(billions(ResNet50.resnet(CLASSES), 224)).isEqualTo("4.09");
        assertThat(Cost.of(ResNet50.resnext(CLASSES), 224).parameters()).isEqualTo(25_028_904);
        assertThat(billions(ResNet50.resnext(CLASSES), 224)).isEqualTo("4.23");
    }

    /** The Caffe model has 11,295,240 with the biases of its convolutions, which normalisation makes useless. */
    @Test
    void bn_inception() {
        Network network = BnInception.classifier(CLASSES);
        int biases = network.nodes().stream()
                .filter(node -> node.layer() instanceof Convolution)
                .mapToInt(node -> ((Convolution) node.layer()).outChannels())
                .sum();
        assertThat(Cost.of(network, 224).parameters() + biases).isEqualTo(11_295_240);
        assertThat(maps(BnInception.stages(new GraphBuilder(1e-3)), network, 224))
                .containsExactly("192x56", "320x28", "608x14", "1024x7");
    }

    /** 27.16 million with the auxiliary classifier, whose 3,326,696 are left out; 5.7 billion, torchvision. */
    @Test
    void inception_v3() {
        Network network = InceptionV3.v3(Borders.CUT, CLASSES);
        assertThat(Cost.of(network, 299).parameters()).isEqualTo(27_161_264 - 3_326_696);
        assertThat(billions(network, 299)).isEqualTo("5.71");
        assertThat(maps(InceptionV3.v3Stages(new GraphBuilder(1e-3), 299), network, 299))
                .containsExactly("192x71", "288x35", "768x17", "2048x8");
    }

    /** The grids of table 1 of the paper, which gives no number of parameters: this one is ours. */
    @Test
    void inception_v2() {
        Network network = InceptionV3.v2(Borders.CUT, CLASSES);
        assertThat(maps(InceptionV3.v2Stages(new GraphBuilder(1e-3), 299), network, 299))
                .containsExactly("80x71", "288x35", "768x17", "2048x8");
        assertThat(Cost.of(network, 299).parameters()).isEqualTo(26_552_648);
        assertThat(billions(network, 299)).isEqualTo("6.66");
    }

    /** 42.68 million, and 12.28 billion at 299 pixels by timm, which counts more than convolutions. */
    @Test
    void inception_v4() {
        Network network = InceptionV4.classifier(Borders.CUT, CLASSES);
        assertThat(Cost.of(network, 299).parameters()).isEqualTo(42_679_816);
        assertThat(maps(InceptionV4.stages(new GraphBuilder(1e-3), 299), network, 299))
                .containsExactly("192x71", "384x35", "1024x17", "1536x8");
        assertThat(billions(network, 299)).isEqualTo("12.25");
    }

    /** 55.84 million, and 13.18 billion at 299 pixels by timm, which counts more than convolutions. */
    @Test
    void inception_resnet_v2() {
        Network network = InceptionResnetV2.classifier(Borders.CUT, CLASSES);
        assertThat(Cost.of(network, 299).parameters()).isEqualTo(55_843_464);
        assertThat(billions(network, 299)).isEqualTo("13.16");
    }

    static Stream<IntFunction<Network>> architectures() {
        return Stream.of(
                size -> ResNet50.resnet(2),
                size -> ResNet50.resnext(2),
                size -> BnInception.classifier(2),
                size -> InceptionV3.v3(Borders.of(size), 2),
                size -> InceptionV3.v2(Borders.of(size), 2),
                size -> InceptionV4.classifier(Borders.of(size), 2),
                size -> InceptionResnetV2.classifier(Borders.of(size), 2));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void images_of_every_size_go_through(IntFunction<Network> architecture) {
        for (int size = 32; size <= 1024; size += 16) {
            Shapes.of(architecture.apply(size), size, size);
        }
        Shapes.of(architecture.apply(Borders.PUBLISHED_MIN), Borders.PUBLISHED_MIN, Borders.PUBLISHED_MIN);
        Shapes.of(architecture.apply(Borders.PUBLISHED_MIN - 1), Borders.PUBLISHED_MIN - 1, Borders.PUBLISHED_MIN - 1);
    }

    private static String billions(Network network, int size) {
        return "%.2f".formatted(Cost.of(network, size).multiplyAdds() / 1e9);
    }

    private static List<String> maps(List<Integer> stages, Network network, int size) {
        List<ValueShape> shapes = Shapes.of(network, size, size);
        return stages.stream()
                .map(stage -> (Maps) shapes.get(stage))
                .map(maps -> maps.channels() + "x" + maps.rows())
                .toList();
    }
}
