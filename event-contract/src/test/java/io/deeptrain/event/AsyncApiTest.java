package io.deeptrain.event;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The AsyncAPI document names what the code has, and nothing else. */
class AsyncApiTest {
    private static final Path DOCUMENT = Path.of("../docs/asyncapi.yaml");
    private static final String DEAD_LETTER_ADDRESS = "{topic}.dlq";

    private final JsonNode document;

    AsyncApiTest() throws IOException {
        YAMLMapper yaml = YAMLMapper.builder()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .build();
        document = yaml.readTree(Files.readString(DOCUMENT));
    }

    @Test
    void it_is_of_version_3() {
        assertThat(document.get("asyncapi").asText()).isEqualTo("3.0.0");
    }

    @Test
    void its_channels_are_the_topics_and_their_dead_letters() {
        Set<String> addresses = Stream.concat(
                        Arrays.stream(Topic.values()).map(Topic::topicName), Stream.of(DEAD_LETTER_ADDRESS))
                .collect(toSet());

        assertThat(channels().map(channel -> channel.get("address").asText()))
                .containsExactlyInAnyOrderElementsOf(addresses);
        assertThat(channels()
                        .filter(channel -> channel.has("bindings"))
                        .map(channel -> channel.at("/bindings/kafka/topic").asText()))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Topic.values()).map(Topic::topicName).toList());
        assertThat(document.at("/channels/deadLetters/parameters/topic/enum")
                        .valueStream()
                        .map(JsonNode::asText))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Topic.values()).map(Topic::topicName).toList());
    }

    @Test
    void each_channel_has_exactly_the_event_types_of_its_topic() {
        Map<String, Set<String>> expected = EventType.ALL.stream()
                .collect(Collectors.groupingBy(
                        type -> type.topic().topicName(), Collectors.mapping(EventType::name, toSet())));
        Map<String, Set<String>> named = channels()
                .filter(channel -> !channel.get("address").asText().equals(DEAD_LETTER_ADDRESS))
                .collect(toMap(
                        channel -> channel.get("address").asText(),
                        channel -> channel.get("messages")
                                .valueStream()
                                .map(message -> resolved(message).get("name").asText())
                                .collect(toSet())));

        assertThat(named).isEqualTo(expected);
    }

    @Test
    void each_message_names_its_record_and_its_schema() {
        Set<String> expected = EventType.ALL.stream()
                .map(type -> "%s %s ../event-contract/src/main/resources/schemas/%s.json"
                        .formatted(type.name(), type.recordClass().getSimpleName(), type.shortName()))
                .collect(toSet());

        assertThat(document.at("/components/messages")
                        .valueStream()
                        .filter(message -> message.has("payload"))
                        .map(message -> "%s %s %s"
                                .formatted(
                                        message.get("name").asText(),
                                        message.get("title").asText(),
                                        message.at("/payload/schema/$ref").asText())))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void every_reference_leads_somewhere() {
        assertThat(document.findValuesAsText("$ref")).isNotEmpty().allSatisfy(reference -> {
            if (reference.startsWith("#")) {
                assertThat(document.at(JsonPointer.compile(reference.substring(1)))
                                .isMissingNode())
                        .as(reference)
                        .isFalse();
            } else {
                assertThat(DOCUMENT.resolveSibling(reference)).exists();
            }
        });
    }

    private Stream<JsonNode> channels() {
        return document.get("channels").valueStream();
    }

    private JsonNode resolved(JsonNode reference) {
        return document.at(JsonPointer.compile(reference.get("$ref").asText().substring(1)));
    }
}
