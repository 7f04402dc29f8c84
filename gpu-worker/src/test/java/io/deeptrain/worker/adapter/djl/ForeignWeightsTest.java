package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.adapter.objects.PretrainedFiles;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that PyTorch would run as programs are read as safetensors, which they are not, and by nothing else. */
class ForeignWeightsTest {
    private static final Network NETWORK =
            Architectures.named("cifar-resnet-20", 2).orElseThrow();

    /** {@code os.system("touch <file>")}, in pickle protocol 0. */
    private static byte[] pickle(Path file) {
        return ("cposix\nsystem\n(S'touch " + file + "'\ntR.").getBytes(StandardCharsets.US_ASCII);
    }

    /** What others may give for weights. */
    enum Foreign {
        A_PICKLE("header of "),
        A_ZIP_WITH_A_PICKLE("header of "),
        A_TORCH_SCRIPT("header of "),
        A_PICKLE_AS_A_HEADER("header is not JSON");

        private final String complaint;

        Foreign(String complaint) {
            this.complaint = complaint;
        }

        byte[] file(Path folder, Path proof) throws IOException {
            return switch (this) {
                case A_PICKLE -> pickle(proof);
                case A_ZIP_WITH_A_PICKLE -> zipped(pickle(proof));
                case A_TORCH_SCRIPT -> script(folder);
                case A_PICKLE_AS_A_HEADER -> headed(pickle(proof));
            };
        }
    }

    private static byte[] zipped(byte[] pickle) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(pickle);
        }
        return file.toByteArray();
    }

    private static byte[] headed(byte[] pickle) {
        return ByteBuffer.allocate(Long.BYTES + pickle.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(pickle.length)
                .put(pickle)
                .array();
    }

    /** Our own, which this very worker writes for its engine. */
    private static byte[] script(Path folder) throws IOException {
        Path file = folder.resolve("net.pt");
        TorchScriptArchive.write(
                file, TorchScriptSource.predicting(NETWORK), NETWORK, InitialWeights.of(NETWORK, 1, Set.of()));
        return Files.readAllBytes(file);
    }

    @ParameterizedTest
    @EnumSource
    void are_refused_as_pretrained_weights(Foreign foreign, @TempDir Path folder) throws Exception {
        Path proof = folder.resolve("ran");
        Path file = Files.createDirectory(folder.resolve("ImageNet-1k")).resolve("net.safetensors");
        Files.write(file, foreign.file(folder, proof));
        Files.writeString(Path.of(file + ".sha256"), sha256(Files.readAllBytes(file)));
        assertThatThrownBy(() -> PretrainedFiles.in(folder).find("ImageNet-1k", "net"))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageStartingWith(foreign.complaint);
        assertThat(proof).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void are_refused_as_a_model(Foreign foreign, @TempDir Path folder) throws Exception {
        Path proof = folder.resolve("ran");
        ObjectStore store = ObjectStores.open(folder.resolve("objects").toUri());
        StoredBlob blob = store.putContent(new ByteArrayInputStream(foreign.file(folder, proof)));
        StoredObject model = new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
        assertThatThrownBy(() -> new ObjectArchive(store).model(model))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageStartingWith(foreign.complaint);
        assertThat(proof).doesNotExist();
    }

    private static String sha256(byte[] content) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
