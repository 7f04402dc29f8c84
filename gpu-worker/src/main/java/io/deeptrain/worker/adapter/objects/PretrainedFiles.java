package io.deeptrain.worker.adapter.objects;

import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.PretrainedWeights;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Weights in files, {@code <name>/<architecture>.safetensors}, and beside each file its SHA-256 as {@code sha256sum}
 * prints it, in {@code <architecture>.safetensors.sha256}. A file without one is not taken: trainings that began with
 * other weights would look the same.
 */
public final class PretrainedFiles implements PretrainedWeights {
    private static final long BYTES_MAX = 1L << 30;
    private static final int HASH_FILE_BYTES_MAX = 4096;
    private static final String BUNDLE = "/io/deeptrain/weights/";
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern HASH = Pattern.compile("([0-9a-f]{64})(\\s.*)?", Pattern.DOTALL);

    private final Place place;

    /** Where files are by their path. */
    private interface Place {
        Optional<URL> find(String path) throws IOException;
    }

    private PretrainedFiles(Place place) {
        this.place = place;
    }

    /** Those that come with the worker. */
    public static PretrainedWeights bundled() {
        return new PretrainedFiles(path -> Optional.ofNullable(PretrainedFiles.class.getResource(BUNDLE + path)));
    }

    /** Those that the operator has put into a folder, and where it has none those that come with the worker. */
    public static PretrainedWeights in(Path folder) {
        return new PretrainedFiles(path -> {
                    Path file = folder.resolve(path);
                    return Files.isRegularFile(file) ? Optional.of(file.toUri().toURL()) : Optional.empty();
                })
                .or(bundled());
    }

    @Override
    public Optional<List<Tensor>> find(String name, String architecture) throws IOException, CorruptObjectException {
        if (!PLAIN.matcher(name).matches() || !PLAIN.matcher(architecture).matches()) {
            return Optional.empty();
        }
        String path = name + "/" + architecture + ".safetensors";
        Optional<URL> file = place.find(path);
        return file.isPresent()
                ? Optional.of(Safetensors.readWeights(content(file.get(), hash(path + ".sha256"))))
                : Optional.empty();
    }

    private static byte[] content(URL file, String wanted) throws IOException, CorruptObjectException {
        URLConnection connection = opened(file);
        try (InputStream input = connection.getInputStream()) {
            long bytes = connection.getContentLengthLong();
            if (bytes < 0 || bytes > BYTES_MAX) {
                throw new CorruptObjectException("%s has %d bytes, not 0 to %d".formatted(file, bytes, BYTES_MAX));
            }
            byte[] content = new byte[(int) bytes];
            input.readNBytes(content, 0, content.length);
            String found = HexFormat.of().formatHex(ObjectArchive.sha256().digest(content));
            if (!wanted.equals(found)) {
                throw new CorruptObjectException("%s has the SHA-256 %s, not %s".formatted(file, found, wanted));
            }
            return content;
        }
    }

    private String hash(String path) throws IOException, CorruptObjectException {
        URL file = place.find(path)
                .orElseThrow(() -> new CorruptObjectException(
                        "%s is missing but must hold the SHA-256 of the weights".formatted(path)));
        try (InputStream input = opened(file).getInputStream()) {
            String text = new String(input.readNBytes(HASH_FILE_BYTES_MAX), StandardCharsets.UTF_8);
            var hash = HASH.matcher(text);
            if (!hash.matches()) {
                throw new CorruptObjectException("%s does not begin with a SHA-256 in hexadecimal".formatted(file));
            }
            return hash.group(1);
        }
    }

    /** Without the cache of connections, which would keep a jar open for ever. */
    private static URLConnection opened(URL file) throws IOException {
        URLConnection connection = file.openConnection();
        connection.setUseCaches(false);
        return connection;
    }
}
