package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResNet50;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each architecture that a template names, on small images and on some that need no padding. */
class ArchitecturesInTwoFormsTest {
    private static final int CONCEPTS = 7;
    private static final int SMALL = 32;
    private static final int PUBLISHED = 80;
    private static final int ANGULAR = 512;

    static Stream<String> architectures() {
        return Stream.concat(
                        Architectures.templates().stream()
                                .flatMap(template -> Stream.of(SMALL, PUBLISHED)
                                        .map(size -> Architectures.ofTemplate(template, CONCEPTS, size)
                                                .orElseThrow()
                                                .architecture())),
                        Stream.of("inception-v4", "inception-v4-padded"))
                .distinct();
    }

    static Stream<Network> embedders() {
        return Stream.of(
                Embeddings.angular(ResNet50.resnet(CONCEPTS), ANGULAR),
                Embeddings.placing(Architectures.ofTemplate("Clarifai_InceptionBatchNorm", CONCEPTS, SMALL)
                        .orElseThrow()),
                Embeddings.placing(ResNet50.resnext(CONCEPTS)),
                Embeddings.transferred(
                        Architectures.named("cifar-resnet-20", CONCEPTS).orElseThrow(), 3));
    }

    @ParameterizedTest
    @MethodSource("embedders")
    void the_script_and_the_block_of_an_embedder_agree(Network network) throws Exception {
        TwoForms.requireAgreement(network, TwoFormsTest.stirred(network), 2, SMALL);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void the_script_and_the_block_of_an_architecture_agree(String architecture) throws Exception {
        Network network = Architectures.named(architecture, CONCEPTS).orElseThrow();
        int size = architecture.endsWith("-padded") ? SMALL : PUBLISHED;
        TwoForms.requireAgreement(network, TwoFormsTest.stirred(network), 2, size);
    }
}
