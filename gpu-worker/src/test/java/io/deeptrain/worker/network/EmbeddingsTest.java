package io.deeptrain.worker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingsTest {
    private static final Network CIFAR = ResidualNetwork.cifar(1, 10);

    @Test
    void a_classifier_places_images_by_the_features_that_it_decides_by_and_with_the_same_tensors() {
        Network placing = Embeddings.placing(CIFAR);
        assertThat(placing.tensors()).isEqualTo(CIFAR.tensors());
        assertThat(placing.outputs().sequencedKeySet()).containsExactly(Network.LOGITS, Network.EMBEDDING);
        assertThat(size(placing)).isEqualTo(64);
        assertThat(Embeddings.placing(placing)).isEqualTo(placing);
    }

    @Test
    void dropout_comes_after_what_an_embedding_is_made_of() {
        Network inception = InceptionResnetV2.classifier(Borders.of(96), 5);
        Network placing = Embeddings.placing(inception);
        Layer embedding =
                placing.nodes().get(placing.output(Network.EMBEDDING) - 1).layer();
        Layer source = placing.nodes().get(embedding.sources().getFirst() - 1).layer();
        assertThat(source).isInstanceOf(Layer.GlobalAverage.class);
    }

    @Test
    void an_angular_embedder_has_embeddings_of_the_size_that_was_asked_for() {
        Network angular = Embeddings.angular(CIFAR, 32);
        assertThat(size(angular)).isEqualTo(32);
        assertThat(angular.concepts()).isEqualTo(10);
        assertThat(angular.tensors().getLast()).satisfies(prototypes -> {
            assertThat(prototypes.name()).isEqualTo("prototypes.weight");
            assertThat(prototypes.shape()).isEqualTo(List.of(10, 32));
        });
    }

    @Test
    void a_transferred_network_keeps_the_backbone_and_forgets_what_its_base_told_apart() {
        for (Network base : List.of(CIFAR, Embeddings.placing(CIFAR), Embeddings.angular(CIFAR, 32))) {
            Network transferred = Embeddings.transferred(base, 3);
            assertThat(transferred.concepts()).isEqualTo(3);
            assertThat(size(transferred)).isEqualTo(Embeddings.size(base));
            assertThat(transferred.tensors())
                    .extracting(TensorSpec::name)
                    .contains("layer3.0.conv2.weight", "transfer.weight")
                    .doesNotContain("fc.weight", "prototypes.weight");
            assertThat(transferred.tensors().stream()
                            .filter(tensor -> !tensor.name().startsWith("transfer."))
                            .toList())
                    .isSubsetOf(base.tensors());
        }
    }

    @Test
    void a_published_model_names_how_its_network_was_made() {
        Network resnet = ResNet50.resnet(4);
        for (Network made : List.of(
                Embeddings.placing(resnet),
                Embeddings.angular(resnet, 128),
                Embeddings.transferred(resnet, 4),
                Embeddings.transferred(Embeddings.angular(resnet, 128), 4),
                Embeddings.placing(BnInception.classifier(4)))) {
            assertThat(Architectures.named(made.architecture(), 4)).contains(made);
        }
        assertThat(Architectures.named("resnet-50-angular-0", 4)).isEmpty();
        assertThat(Architectures.named("resnet-50-angular-99999", 4)).isEmpty();
        assertThat(Architectures.named("nothing-embedder", 4)).isEmpty();
    }

    private static int size(Network network) {
        int embedding = network.output(Network.EMBEDDING);
        return Shapes.of(network, 64, 64).get(embedding) instanceof ValueShape.Features(int features) ? features : -1;
    }
}
