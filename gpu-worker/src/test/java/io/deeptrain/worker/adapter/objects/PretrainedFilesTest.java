package io.deeptrain.worker.adapter.objects;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.PretrainedWeights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PretrainedFilesTest {
    @TempDir
    Path folder;

    private PretrainedWeights weights;

    @BeforeEach
    void open() {
        weights = PretrainedFiles.in(folder);
    }

    /** The header, and eight bytes of numbers: 1.0 and 2.0 as halves, 1.0 and -2.0 as brain floats. */
    private static byte[] file(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .putShort((short) 0x3c00)
                .putShort((short) 0x4000)
                .putShort((short) 0x3f80)
                .putShort((short) 0xc000)
                .array();
    }

    private void put(byte[] content) throws IOException {
        put("ImageNet-1k/net.safetensors", content);
    }

    private void put(String name, byte[] content) throws IOException {
        put(name, content, HexFormat.of().formatHex(ObjectArchive.sha256().digest(content)) + "  net.safetensors\n");
    }

    private void put(byte[] content, String hash) throws IOException {
        put("ImageNet-1k/net.safetensors", content, hash);
    }

    private void put(String name, byte[] content, String hash) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        Files.writeString(Path.of(file + ".sha256"), hash);
    }

    @Test
    void numbers_of_two_bytes_are_read_in_any_order_and_whole_numbers_left_out() throws Exception {
        put(file("""
                {"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]},
                 "batches":{"dtype":"I64","shape":[],"data_offsets":[0,8]},
                 "__metadata__":{"format":"pt"},
                 "a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"""));
        assertThat(weights.find("ImageNet-1k", "net"))
                .hasValue(List.of(
                        new Tensor("b", List.of(2, 1), new float[] {1, -2}),
                        new Tensor("a", List.of(2), new float[] {1, 2})));
    }

    @Test
    void what_was_written_as_a_model_is_read() throws Exception {
        Tensor tensor = new Tensor("w", List.of(2, 2), new float[] {1, 2, 3, 4});
        put(safetensors(tensor));
        assertThat(weights.find("ImageNet-1k", "net")).hasValue(List.of(tensor));
    }

    private static byte[] safetensors(Tensor tensor) throws IOException {
        return Safetensors.write(new Safetensors.Content(Map.of(), List.of(tensor)))
                .readAllBytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"coco", "..", "../ImageNet-1k", "ImageNet-1k/", ""})
    void there_are_none_of_another_name(String name) throws Exception {
        put(file("{}"));
        assertThat(weights.find(name, "net")).isEmpty();
        assertThat(weights.find("ImageNet-1k", name)).isEmpty();
    }

    @Test
    void a_file_of_another_hash_is_not_taken() throws IOException {
        byte[] content = file("{}");
        put(content, "0".repeat(64));
        assertThatThrownBy(() -> weights.find("ImageNet-1k", "net"))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageContaining("has the SHA-256 ")
                .hasMessageEndingWith("not " + "0".repeat(64));
        put(content, "unsaid");
        assertThatThrownBy(() -> weights.find("ImageNet-1k", "net"))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageEndingWith("does not begin with a SHA-256 in hexadecimal");
        Files.delete(folder.resolve("ImageNet-1k/net.safetensors.sha256"));
        assertThatThrownBy(() -> weights.find("ImageNet-1k", "net"))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageEndingWith("is missing but must hold the SHA-256 of the weights");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647],\"data_offsets\":[0,8]}}",
                "[]",
                "no json"
            })
    void a_hostile_header_is_refused(String header) throws IOException {
        put(file(header));
        assertThatThrownBy(() -> weights.find("ImageNet-1k", "net")).isInstanceOf(CorruptObjectException.class);
    }

    @Test
    void the_bundled_weights_are_the_pinned_ones_and_all_that_their_network_needs() throws Exception {
        // What is found was compared with this.
        assertThat(bundled("inception-v3.safetensors.sha256"))
                .isEqualTo("beb67019e949291803822335d622cda499550d85f8111eb1cb943732f20608bb"
                        + "  inception-v3.safetensors\n");
        List<Tensor> learned =
                PretrainedFiles.bundled().find("nsfwjs-4.4.0", "inception-v3").orElseThrow();
        assertThat(learned)
                .extracting(tensor -> tensor.name() + tensor.shape())
                .containsExactlyInAnyOrderElementsOf(
                        Architectures.named("inception-v3", 2).orElseThrow().tensors().stream()
                                .filter(spec -> spec.part() instanceof Part.Backbone)
                                .map(spec -> spec.name() + spec.shape())
                                .toList());
    }

    @Test
    void bundled_weights_are_found_by_both_their_names() throws Exception {
        assertThat(weights.find("nsfwjs-4.4.0", "inception-v3")).isPresent();
        assertThat(weights.find("nsfwjs-4.4.0", "resnet-50")).isEmpty();
        assertThat(weights.find("ImageNet-1k", "inception-v3")).isEmpty();
    }

    private static String bundled(String name) throws IOException {
        try (InputStream file = requireNonNull(
                PretrainedFiles.class.getResourceAsStream("/io/deeptrain/weights/nsfwjs-4.4.0/" + name))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void the_operators_file_goes_before_the_bundled_one_of_its_name() throws Exception {
        Tensor own = new Tensor("own", List.of(2), new float[] {1, 2});
        put("nsfwjs-4.4.0/inception-v3.safetensors", safetensors(own));
        assertThat(weights.find("nsfwjs-4.4.0", "inception-v3")).hasValue(List.of(own));
        put("nsfwjs-4.4.0/inception-v3.safetensors", safetensors(own), "0".repeat(64));
        assertThatThrownBy(() -> weights.find("nsfwjs-4.4.0", "inception-v3"))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageEndingWith("not " + "0".repeat(64));
    }

    @Test
    void the_licence_of_bundled_weights_travels_with_them() throws IOException {
        assertThat(bundled("LICENSE")).startsWith("MIT License\n\nCopyright (c) 2019 Infinite Red, Inc.\n");
    }
}
