package io.deeptrain.worker.adapter.objects;

import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.PretrainedWeights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Weights in a folder of the operator's: {@code <name>/<architecture>.safetensors}, and beside each file its SHA-256 as
 * {@code sha256sum} prints it, in {@code <architecture>.safetensors.sha256}. A file without one is not taken: trainings
 * that began with other weights would look the same.
 */
public final class PretrainedFolder implements PretrainedWeights {
    private static final long BYTES_MAX = 1L << 30;
    private static final int HASH_FILE_BYTES_MAX = 4096;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern HASH = Pattern.compile("([0-9a-f]{64})(\\s.*)?", Pattern.DOTALL);

    private final Path folder;

    public PretrainedFolder(Path folder) {
        this.folder = folder;
    }

    @Override
    public Optional<List<Tensor>> find(String name, String architecture) throws IOException, CorruptObjectException {
        if (!PLAIN.matcher(name).matches() || !PLAIN.matcher(architecture).matches()) {
            return Optional.empty();
        }
        Path file = folder.resolve(name).resolve(architecture + ".safetensors");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        long bytes = Files.size(file);
        if (bytes > BYTES_MAX) {
            throw new CorruptObjectException("%s has %d bytes, more than %d".formatted(file, bytes, BYTES_MAX));
        }
        byte[] content = Files.readAllBytes(file);
        String wanted = hash(file.resolveSibling(file.getFileName() + ".sha256"));
        String found = HexFormat.of().formatHex(ObjectArchive.sha256().digest(content));
        if (!wanted.equals(found)) {
            throw new CorruptObjectException("%s has the SHA-256 %s, not %s".formatted(file, found, wanted));
        }
        return Optional.of(Safetensors.readWeights(content));
    }

    private static String hash(Path file) throws IOException, CorruptObjectException {
        if (!Files.isRegularFile(file)) {
            throw new CorruptObjectException("%s is missing but must hold the SHA-256 of the weights".formatted(file));
        }
        try (InputStream input = Files.newInputStream(file)) {
            String text = new String(input.readNBytes(HASH_FILE_BYTES_MAX), StandardCharsets.UTF_8);
            var hash = HASH.matcher(text);
            if (!hash.matches()) {
                throw new CorruptObjectException("%s does not begin with a SHA-256 in hexadecimal".formatted(file));
            }
            return hash.group(1);
        }
    }
}
