package io.deeptrain.event.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares with files that are checked in. {@code -Dgolden.update=true} rewrites them; the diff is reviewed like code.
 */
final class CheckedInFile {
    private static final boolean UPDATE = Boolean.getBoolean("golden.update");
    private static final ObjectMapper JSON = new ObjectMapper();

    private CheckedInFile() {}

    static void assertHolds(Path file, JsonNode document) throws IOException {
        if (UPDATE) {
            Files.createDirectories(file.resolveSibling(""));
            Files.writeString(file, pretty(document));
        }
        assertThat(file).as("make it with -Dgolden.update=true").exists();
        assertThat(Files.readString(file)).as(file.toString()).isEqualTo(pretty(document));
    }

    /** The names, without their ending, of all that lies in a folder. */
    static Set<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("\\.json$", ""))
                    .collect(Collectors.toSet());
        }
    }

    private static String pretty(JsonNode document) throws JsonProcessingException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        return JSON.writer(printer).writeValueAsString(document) + "\n";
    }
}
