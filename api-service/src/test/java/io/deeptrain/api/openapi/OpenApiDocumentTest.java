package io.deeptrain.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The committed document is what the contract says, and takes nothing away from those who rely on it. Written anew by
 * {@code ./mvnw -pl api-service -am verify -Dtest=OpenApiDocumentTest -Ddeeptrain.openapi.write=true}.
 */
class OpenApiDocumentTest {
    private static final Path COMMITTED = Path.of("src/main/resources/META-INF/openapi.json");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void the_committed_document_is_the_one_that_the_contract_makes() throws IOException {
        String generated =
                MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(new OpenApiGenerator().document()) + "\n";
        if (Boolean.getBoolean("deeptrain.openapi.write")) {
            Files.writeString(COMMITTED, generated);
        }
        assertThat(MAPPER.readTree(generated))
                .as("write it anew, see the comment of this class")
                .isEqualTo(MAPPER.readTree(COMMITTED.toFile()));
    }

    @Test
    void nothing_that_is_published_goes_away() throws IOException {
        List<String> missing = new ArrayList<>();
        missing(MAPPER.readTree(COMMITTED.toFile()), new OpenApiGenerator().document(), "", missing);
        assertThat(missing).as("clients rely on these").isEmpty();
    }

    @Test
    void what_goes_away_is_seen() throws IOException {
        JsonNode before = MAPPER.readTree("{\"paths\":{\"/v2/models\":{\"get\":{\"summary\":\"one\"}}}}");
        JsonNode after = MAPPER.readTree("{\"paths\":{\"/v2/models\":{\"post\":{\"summary\":\"two\"}}}}");
        List<String> missing = new ArrayList<>();
        missing(before, after, "", missing);
        assertThat(missing).containsExactly("/paths//v2/models/get");
    }

    /** Names of objects that {@code before} has and {@code after} lacks; texts may change. */
    private static void missing(JsonNode before, JsonNode after, String at, List<String> missing) {
        for (Map.Entry<String, JsonNode> property : before.properties()) {
            String path = at + "/" + property.getKey();
            JsonNode counterpart = after.get(property.getKey());
            if (counterpart == null) {
                missing.add(path);
            } else if (property.getValue().isObject()) {
                missing(property.getValue(), counterpart, path, missing);
            } else if (property.getKey().equals("type") && !property.getValue().equals(counterpart)) {
                missing.add(path);
            }
        }
    }
}
