package io.deeptrain.benchmarks.adapter.python;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Python process that trains a network when it is told to. */
final class PythonTrainer implements AutoCloseable {
    private static final String SCRIPT = "trainer.py";

    private final Path folder;
    private final Process process;
    private final BufferedReader answers;
    private final String version;

    /**
     * Starts it.
     *
     * @param python the interpreter, which has PyTorch
     * @param module the text of {@link PythonModule}
     * @param sizes images of a batch, their size, concepts, and anchors at a pixel
     */
    PythonTrainer(String python, String module, List<Integer> sizes) throws IOException {
        folder = Files.createTempDirectory("deeptrain-python");
        Path net = Files.writeString(folder.resolve("net.py"), module);
        try (InputStream script = PythonTrainer.class.getResourceAsStream(SCRIPT)) {
            Files.write(folder.resolve(SCRIPT), script.readAllBytes());
        }
        ProcessBuilder builder =
                new ProcessBuilder(python, folder.resolve(SCRIPT).toString(), net.toString());
        sizes.forEach(size -> builder.command().add(size.toString()));
        process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        version = answer();
    }

    /** Of PyTorch, and how many parameters the network has. */
    String version() {
        return version;
    }

    double secondsOf(int steps) {
        try {
            process.outputWriter(StandardCharsets.UTF_8)
                    .append(String.valueOf(steps))
                    .append('\n')
                    .flush();
            return Double.parseDouble(answer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("Python ended; what it said stands above");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        Files.deleteIfExists(folder.resolve("net.py"));
        Files.deleteIfExists(folder.resolve(SCRIPT));
        Files.deleteIfExists(folder);
    }
}
