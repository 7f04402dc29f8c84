package io.deeptrain.worker.adapter.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PretrainedFolderTest {
    @TempDir
    Path folder;

    private PretrainedFolder weights;

    @BeforeEach
    void open() throws IOException {
        weights = new PretrainedFolder(folder);
        Files.createDirectories(folder.resolve("ImageNet-1k"));
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
        put(content, HexFormat.of().formatHex(ObjectArchive.sha256().digest(content)) + "  net.safetensors\n");
    }

    private void put(byte[] content, String hash) throws IOException {
        Path file = folder.resolve("ImageNet-1k/net.safetensors");
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
        put(Safetensors.write(new Safetensors.Content(java.util.Map.of(), List.of(tensor)))
                .readAllBytes());
        assertThat(weights.find("ImageNet-1k", "net")).hasValue(List.of(tensor));
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
}
