package io.deeptrain.worker.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OnnxModelTest {
    @Test
    void fields_are_encoded_as_the_examples_in_the_description_of_protobuf_are() {
        assertThat(hex(new Message().number(1, 150))).isEqualTo("089601");
        assertThat(hex(new Message().text(2, "testing"))).isEqualTo("120774657374696e67");
        assertThat(hex(new Message().message(3, new Message().number(1, 150)))).isEqualTo("1a03089601");
        assertThat(hex(new Message().number(1, -2))).isEqualTo("08feffffffffffffffff01");
        assertThat(hex(new Message().real(2, 1))).isEqualTo("150000803f");
        assertThat(hex(new Message().number(20, 3))).isEqualTo("a00103");
    }

    @Test
    void tensors_of_another_network_are_refused() {
        Network network = Architectures.named("cifar-resnet-20", 2).orElseThrow();
        Network other = Architectures.named("cifar-resnet-20", 3).orElseThrow();
        assertThatThrownBy(() -> OnnxModel.write(
                        network, InitialWeights.of(other, 1, Set.of()), 32, Optional.empty(), new TreeMap<>()))
                .hasMessage("the tensors are not those of cifar-resnet-20");
    }

    private static String hex(Message message) {
        return HexFormat.of().formatHex(message.bytes());
    }
}
