package io.deeptrain.event.adapter.json;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import io.deeptrain.event.SampleEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The schemas and golden files of all event types, see {@link CheckedInFile}. */
class EventSchemaTest {
    private static final Path SCHEMAS = Path.of("src/main/resources/schemas");
    private static final Path GOLDEN = Path.of("src/test/golden");
    private static final Path GOLDEN_WHOLE = Path.of("src/test/golden-whole");
    private static final ObjectMapper TREE = new ObjectMapper();
    private static final EventJson JSON = new EventJson();

    @ParameterizedTest
    @FieldSource("io.deeptrain.event.EventType#ALL")
    void the_schema_is_that_of_the_record(EventType type) throws IOException {
        CheckedInFile.assertHolds(SCHEMAS.resolve(type.shortName() + ".json"), SchemaDocument.of(type));
    }

    @ParameterizedTest
    @FieldSource("io.deeptrain.event.EventType#ALL")
    void the_golden_file_is_what_is_written_and_is_read_back(EventType type) throws Exception {
        Event sample = SampleEvents.of(type);
        Path golden = GOLDEN.resolve(type.shortName() + ".json");

        CheckedInFile.assertHolds(golden, TREE.readTree(JSON.body(sample)));

        assertThat(JSON.parse(type, Files.readAllBytes(golden))).isEqualTo(sample);
    }

    /** What was not there in the first version lies beside the golden files of that, which are never edited. */
    @ParameterizedTest
    @FieldSource("io.deeptrain.event.SampleEvents#WHOLE")
    void so_is_the_golden_file_with_all_that_may_be_absent(Event sample) throws Exception {
        EventType type = EventType.of(sample);
        Path golden = GOLDEN_WHOLE.resolve(type.shortName() + ".json");

        CheckedInFile.assertHolds(golden, TREE.readTree(JSON.body(sample)));

        assertThat(JSON.parse(type, Files.readAllBytes(golden))).isEqualTo(sample);
        assertThat(problems(type, TREE.readTree(Files.readString(golden)))).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("io.deeptrain.event.SampleEvents#WHOLE")
    void what_may_be_absent_is_optional_in_the_schema_and_is_not_written(Event sample) throws Exception {
        EventType type = EventType.of(sample);
        ObjectNode whole = (ObjectNode) TREE.readTree(JSON.body(sample));
        List<JsonPointer> optional = added(golden(type), whole, JsonPointer.empty());

        assertThat(optional).isNotEmpty();
        for (JsonPointer property : optional) {
            ObjectNode otherType = whole.deepCopy();
            holder(otherType, property).put(property.last().getMatchingProperty(), false);
            assertRefused(type, otherType);

            holder(whole, property).remove(property.last().getMatchingProperty());
        }
        assertThat(problems(type, whole)).isEmpty();
        assertThat(TREE.readTree(JSON.body(JSON.parse(type, bytes(whole))))).isEqualTo(whole);
    }

    /** Where the second has properties that the first has not. */
    private static List<JsonPointer> added(JsonNode first, JsonNode second, JsonPointer path) {
        List<JsonPointer> added = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : second.properties()) {
            JsonPointer pointer = path.appendProperty(property.getKey());
            if (!first.has(property.getKey())) {
                added.add(pointer);
            } else if (first.get(property.getKey()).isObject()) {
                added.addAll(added(first.get(property.getKey()), property.getValue(), pointer));
            }
        }
        return added;
    }

    private static ObjectNode holder(ObjectNode whole, JsonPointer property) {
        return (ObjectNode) whole.at(property.head());
    }

    @Test
    void there_is_one_schema_and_one_golden_file_for_each_type_and_no_other() throws IOException {
        Set<String> types = EventType.ALL.stream().map(EventType::shortName).collect(toSet());

        assertThat(CheckedInFile.namesIn(SCHEMAS)).isEqualTo(types);
        assertThat(CheckedInFile.namesIn(GOLDEN)).isEqualTo(types);
    }

    @ParameterizedTest
    @FieldSource("io.deeptrain.event.EventType#ALL")
    void the_golden_file_fits_its_schema(EventType type) throws IOException {
        assertThat(problems(type, golden(type))).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("io.deeptrain.event.EventType#ALL")
    void a_property_of_a_later_version_fits_the_schema_and_is_passed_over(EventType type) throws Exception {
        ObjectNode later = golden(type);
        later.putObject("added_later").put("x", 1);

        assertThat(problems(type, later)).isEmpty();
        assertThat(JSON.parse(type, bytes(later))).isEqualTo(SampleEvents.of(type));
    }

    @ParameterizedTest
    @FieldSource("io.deeptrain.event.EventType#ALL")
    void schema_and_reader_agree_on_what_is_missing_null_or_of_another_type(EventType type) throws IOException {
        for (String name :
                List.copyOf(golden(type).propertyStream().map(Map.Entry::getKey).toList())) {
            ObjectNode missing = golden(type);
            missing.remove(name);
            assertRefused(type, missing);

            ObjectNode nothing = golden(type);
            nothing.putNull(name);
            assertRefused(type, nothing);

            ObjectNode otherType = golden(type);
            otherType.put(name, false);
            assertRefused(type, otherType);
        }
    }

    private static void assertRefused(EventType type, JsonNode body) {
        assertThat(problems(type, body)).as(body.toString()).isNotEmpty();
        assertThatExceptionOfType(UnreadableEventException.class)
                .as(body.toString())
                .isThrownBy(() -> JSON.parse(type, bytes(body)));
    }

    private static Set<ValidationMessage> problems(EventType type, JsonNode body) {
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(SchemaDocument.of(type));
        return schema.validate(body, context -> context.getExecutionConfig().setFormatAssertionsEnabled(true));
    }

    private static ObjectNode golden(EventType type) throws IOException {
        return (ObjectNode) TREE.readTree(Files.readString(GOLDEN.resolve(type.shortName() + ".json")));
    }

    private static byte[] bytes(JsonNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
