package io.deeptrain.worker.adapter.djl;

import ai.djl.util.Utils;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Libtorch for GPUs, if that is what the worker was built with, made ready for DJL. By itself DJL would unpack it only
 * on a machine with a GPU, which a machine that builds images has not, and find that GPU only by a CUDA runtime of the
 * system's, which is not needed otherwise: libtorch brings its own.
 */
final class EngineLibraries {
    private static final Logger LOG = Logger.getLogger(EngineLibraries.class);
    private static final String DESCRIPTION = "native/lib/pytorch.properties";
    private static final String GPUS = "cu";

    /** What DJL looks for, under this name; libtorch's has a hash in its own. */
    private static final String RUNTIME = "libcudart";

    /** The only one that needs the driver. DJL would load it in any case, so it lies where DJL does not find it. */
    private static final String OF_DRIVER = System.mapLibraryName("caffe2_nvrtc");

    private static final String DRIVER_FOLDER = "with-driver";

    /** It needs this one too, and finds it beside itself. */
    private static final String COMPILER = "libnvrtc";

    /** Whoever names libraries of his own has them. */
    private static final String FOLDER = "PYTORCH_LIBRARY_PATH";

    private EngineLibraries() {}

    /** Once, before the engine is asked for anything. */
    static void prepare() {
        if (System.getenv(FOLDER) == null && System.getProperty(FOLDER) == null) {
            try {
                unpacked(EngineLibraries.class.getClassLoader(), Utils.getEngineCacheDir("pytorch"))
                        .ifPresent(Unpacked::announce);
            } catch (IOException failed) {
                throw new UncheckedIOException("libtorch for GPUs cannot be unpacked", failed);
            }
        }
    }

    /** Libraries in a folder. */
    record Unpacked(Path folder, String version, String flavour) {
        /** DJL and JNA read these when their first class is loaded. */
        @SuppressWarnings("restricted")
        private void announce() {
            System.setProperty(FOLDER, folder.toString());
            System.setProperty("PYTORCH_VERSION", version);
            System.setProperty("PYTORCH_FLAVOR", flavour);
            if (hasDriver()) {
                System.load(folder.resolve(DRIVER_FOLDER).resolve(OF_DRIVER).toString());
            }
            String before = System.getProperty("jna.library.path");
            System.setProperty(
                    "jna.library.path", before == null ? folder.toString() : folder + File.pathSeparator + before);
        }
    }

    /** Libtorch for GPUs, from a jar on the class path; nothing if that is for processors. */
    static Optional<Unpacked> unpacked(ClassLoader classes, Path cache) throws IOException {
        URL description = classes.getResource(DESCRIPTION);
        if (description == null) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (InputStream input = description.openStream()) {
            properties.load(input);
        }
        String flavour = properties.getProperty("flavor");
        String version = properties.getProperty("version");
        String classifier = properties.getProperty("classifier");
        if (!flavour.startsWith(GPUS)) {
            return Optional.empty();
        }
        // Named as DJL names it.
        Path folder = cache.resolve("%s-%s-%s".formatted(version, flavour, classifier));
        if (!Files.isDirectory(folder)) {
            LOG.infof("libtorch %s for GPUs is unpacked to %s, which takes a minute", version, folder);
            Files.createDirectories(cache);
            Path draft = Files.createTempDirectory(cache, "tmp");
            Path ofDriver = Files.createDirectory(draft.resolve(DRIVER_FOLDER));
            for (String library : properties.getProperty("libraries").split(",", -1)) {
                String resource = "pytorch/%s/%s/%s".formatted(flavour, classifier, library);
                try (InputStream input = classes.getResourceAsStream(resource)) {
                    if (input == null) {
                        throw new IOException("%s lacks %s".formatted(description, resource));
                    }
                    Files.copy(input, library.equals(OF_DRIVER) ? ofDriver.resolve(library) : draft.resolve(library));
                }
            }
            Path runtime = only(draft, RUNTIME + "-");
            Files.createSymbolicLink(draft.resolve(RUNTIME + ".so"), runtime);
            Path compiler = only(draft, COMPILER + "-");
            Files.createSymbolicLink(ofDriver.resolve(compiler), Path.of("..").resolve(compiler));
            // Another process that has done the same meanwhile has the same.
            Utils.moveQuietly(draft, folder);
        }
        return Optional.of(new Unpacked(folder, version, flavour));
    }

    /** The name of the library that begins so, and has a hash after it. */
    private static Path only(Path folder, String beginning) throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(beginning) + "[0-9a-f]+\\.so.*");
        List<Path> found;
        try (Stream<Path> files = Files.list(folder)) {
            found = files.map(Path::getFileName)
                    .filter(file -> name.matcher(file.toString()).matches())
                    .toList();
        }
        if (found.size() != 1) {
            throw new IOException("libtorch for GPUs should have one %s and has %s".formatted(beginning, found));
        }
        return found.getFirst();
    }

    @SuppressWarnings("restricted")
    private static boolean hasDriver() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup("libcuda.so.1", arena);
            return true;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }
}
