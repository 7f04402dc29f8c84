package io.deeptrain.api.adapter.rest;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What the contract's options say of the fields of one message, looked up once for each message type. */
final class MessageLayout {
    private static final String SHOW_IF_EMPTY = "cl_show_if_empty";
    private static final String DEFAULT_FLOAT = "cl_default_float";

    /** Descriptors live as long as the classes they describe, and so do their layouts. */
    private static final Map<Descriptor, MessageLayout> LAYOUTS = new ConcurrentHashMap<>();

    private final List<Field> fields;
    private final Map<String, FieldDescriptor> byName;

    /**
     * A field with its options.
     *
     * @param shownIfEmpty whether an answer names it even if nothing is in it
     * @param defaultFloat the number that a request means by leaving it out
     */
    record Field(FieldDescriptor descriptor, boolean shownIfEmpty, Optional<Float> defaultFloat) {}

    private MessageLayout(Descriptor type) {
        fields = type.getFields().stream()
                .map(field -> new Field(
                        field,
                        option(field, SHOW_IF_EMPTY)
                                .filter(Boolean.TRUE::equals)
                                .isPresent(),
                        option(field, DEFAULT_FLOAT).map(value -> ((Number) value).floatValue())))
                .toList();
        byName = new HashMap<>();
        type.getFields().forEach(field -> byName.put(field.getJsonName(), field));
        type.getFields().forEach(field -> byName.put(field.getName(), field));
    }

    static MessageLayout of(Descriptor type) {
        return LAYOUTS.computeIfAbsent(type, MessageLayout::new);
    }

    List<Field> fields() {
        return fields;
    }

    /** The field of this name, in snake case or in camel case. */
    @Nullable
    FieldDescriptor named(String name) {
        return byName.get(name);
    }

    private static Optional<Object> option(FieldDescriptor field, String name) {
        return field.getOptions().getAllFields().entrySet().stream()
                .filter(option -> option.getKey().getName().equals(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
