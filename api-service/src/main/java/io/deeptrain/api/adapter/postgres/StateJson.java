package io.deeptrain.api.adapter.postgres;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.deeptrain.api.version.VersionState;
import io.deeptrain.api.version.VersionState.Pace;
import java.io.IOException;

/** Records of our own as they lie in a {@code jsonb} column. Read by this service alone. */
final class StateJson {
    private static final int REPLACEMENT = 0xFFFD;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(storableTexts())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .addMixIn(VersionState.class, States.class)
            .addMixIn(Pace.class, Paces.class)
            .build();

    private StateJson() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = VersionState.Untrained.class, name = "untrained"),
        @JsonSubTypes.Type(value = VersionState.Waiting.class, name = "waiting"),
        @JsonSubTypes.Type(value = VersionState.Training.class, name = "training"),
        @JsonSubTypes.Type(value = VersionState.Sealed.class, name = "sealed"),
        @JsonSubTypes.Type(value = VersionState.Trained.class, name = "trained"),
        @JsonSubTypes.Type(value = VersionState.Failed.class, name = "failed"),
        @JsonSubTypes.Type(value = VersionState.Cancelled.class, name = "cancelled"),
        @JsonSubTypes.Type(value = VersionState.Gone.class, name = "gone")
    })
    private interface States {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Pace.Unknown.class, name = "unknown"),
        @JsonSubTypes.Type(value = Pace.Reading.class, name = "reading"),
        @JsonSubTypes.Type(value = Pace.Measured.class, name = "measured")
    })
    private interface Paces {}

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value, e);
        }
    }

    /** As {@link #write(Object)}; a state says its kind only where it is asked for as a state. */
    static String write(VersionState state) {
        try {
            return MAPPER.writerFor(VersionState.class).writeValueAsString(state);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + state, e);
        }
    }

    /**
     * PostgreSQL keeps neither a null character nor half of a surrogate pair, and a worker may send either in a message
     * that is otherwise in order.
     */
    private static SimpleModule storableTexts() {
        SimpleModule module = new SimpleModule("storable texts");
        module.addSerializer(String.class, new JsonSerializer<>() {
            @Override
            public void serialize(String text, JsonGenerator json, SerializerProvider types) throws IOException {
                json.writeString(storable(text));
            }
        });
        module.addKeySerializer(String.class, new JsonSerializer<>() {
            @Override
            public void serialize(String name, JsonGenerator json, SerializerProvider types) throws IOException {
                json.writeFieldName(storable(name));
            }
        });
        return module;
    }

    /** The text, with what PostgreSQL does not keep replaced. */
    static String storable(String text) {
        return text.codePoints()
                .map(character ->
                        character == 0 || Character.getType(character) == Character.SURROGATE ? REPLACEMENT : character)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no %s: %s".formatted(type.getSimpleName(), json), e);
        }
    }

    static <T> T read(String json, TypeReference<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no %s: %s".formatted(type.getType(), json), e);
        }
    }
}
