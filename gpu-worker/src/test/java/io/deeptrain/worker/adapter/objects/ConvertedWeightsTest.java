package io.deeptrain.worker.adapter.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Layer;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Part;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The conversion of published weights, which is a program for Node, knows this worker's network. */
class ConvertedWeightsTest {
    @Test
    void each_convolution_of_the_backbone_is_converted_once() throws Exception {
        Process node = new ProcessBuilder("node", "inception-v3.mjs", "--names")
                .directory(Path.of("..", "weights").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String names = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).isZero();

        Network network = Architectures.ofTemplate("Clarifai_InceptionTransferEmbedNorm", 2, 299)
                .orElseThrow();
        assertThat(network.architecture()).isEqualTo("inception-v3");
        assertThat(names.lines())
                .hasSize(94)
                .containsExactlyInAnyOrderElementsOf(network.nodes().stream()
                        .filter(layer ->
                                layer.part() instanceof Part.Backbone && layer.layer() instanceof Layer.Convolution)
                        .map(layer -> layer.name().replaceFirst("\\.conv$", ""))
                        .toList());
    }
}
