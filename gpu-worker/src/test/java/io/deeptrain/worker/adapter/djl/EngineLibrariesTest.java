package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineLibrariesTest {
    private static final List<String> LIBRARIES = List.of(
            "libtorch_cuda.so",
            "libcaffe2_nvrtc.so",
            "libcudart-8774224f.so.12",
            "libnvrtc-6d168ef8.so.12",
            "libnvrtc-builtins.so");

    private Path jar = Path.of("");
    private Path cache = Path.of("");

    @BeforeEach
    void folders(@TempDir Path folder) throws IOException {
        jar = Files.createDirectory(folder.resolve("jar"));
        cache = folder.resolve("cache");
    }

    private URLClassLoader packed(String flavour, List<String> libraries) throws IOException {
        Path description = Files.createDirectories(jar.resolve("native/lib")).resolve("pytorch.properties");
        Files.writeString(
                description,
                "version=2.5.1-20241113\nflavor=%s\nclassifier=linux-x86_64\nlibraries=%s\n"
                        .formatted(flavour, String.join(",", libraries)));
        Path folder = Files.createDirectories(jar.resolve("pytorch", flavour, "linux-x86_64"));
        for (String library : libraries) {
            Files.writeString(folder.resolve(library), "this is " + library);
        }
        return new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
    }

    @Test
    void libraries_for_gpus_lie_where_djl_looks_for_them_but_for_what_needs_the_driver() throws IOException {
        try (URLClassLoader classes = packed("cu124", LIBRARIES)) {
            EngineLibraries.Unpacked unpacked =
                    EngineLibraries.unpacked(classes, cache).orElseThrow();

            Path folder = cache.resolve("2.5.1-20241113-cu124-linux-x86_64");
            assertThat(unpacked).isEqualTo(new EngineLibraries.Unpacked(folder, "2.5.1-20241113", "cu124"));
            assertThat(folder.resolve("libtorch_cuda.so")).hasContent("this is libtorch_cuda.so");
            assertThat(folder.resolve("libcudart.so")).hasContent("this is libcudart-8774224f.so.12");
            assertThat(folder.resolve("libcaffe2_nvrtc.so")).doesNotExist();
            assertThat(folder.resolve("with-driver/libcaffe2_nvrtc.so")).hasContent("this is libcaffe2_nvrtc.so");
            assertThat(folder.resolve("with-driver/libnvrtc-6d168ef8.so.12"))
                    .hasContent("this is libnvrtc-6d168ef8.so.12");
            assertThat(cache).isDirectoryNotContaining("glob:**tmp*");
        }
    }

    @Test
    void what_is_unpacked_stays() throws IOException {
        try (URLClassLoader classes = packed("cu124", LIBRARIES)) {
            EngineLibraries.Unpacked first =
                    EngineLibraries.unpacked(classes, cache).orElseThrow();
            Path library = Files.writeString(first.folder().resolve("libtorch_cuda.so"), "the same as before");
            assertThat(EngineLibraries.unpacked(classes, cache)).contains(first);
            assertThat(library).hasContent("the same as before");
        }
    }

    @Test
    void those_for_processors_are_left_to_djl() throws IOException {
        try (URLClassLoader classes = packed("cpu", List.of("libtorch.so"))) {
            assertThat(EngineLibraries.unpacked(classes, cache)).isEmpty();
            assertThat(cache).doesNotExist();
        }
    }

    @Test
    void libraries_of_another_make_are_refused() throws IOException {
        try (URLClassLoader classes = packed("cu124", List.of("libcaffe2_nvrtc.so", "libtorch.so"))) {
            assertThatThrownBy(() -> EngineLibraries.unpacked(classes, cache))
                    .isInstanceOf(IOException.class)
                    .hasMessage("libtorch for GPUs should have one libcudart- and has []");
        }
    }
}
