package io.deeptrain.event.adapter.json;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.EventType;
import io.deeptrain.event.FencingToken;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes the JSON Schema (2020-12) of an event type from its record. A schema says what is there and of which type; it
 * leaves room for properties of later versions. What depends on more than one property is left to the record's
 * constructor.
 */
final class SchemaDocument {
    private static final String ID_PREFIX = "urn:deeptrain:event:";
    private static final int ID_LENGTH_MAX = 256;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = ContractMapper.create();
    private static final PropertyNamingStrategies.NamingBase NAMES =
            (PropertyNamingStrategies.NamingBase) PropertyNamingStrategies.SNAKE_CASE;

    private final Map<String, ObjectNode> definitions = new TreeMap<>();

    private SchemaDocument() {}

    static ObjectNode of(EventType type) {
        SchemaDocument document = new SchemaDocument();
        ObjectNode properties = document.objectSchema(type.recordClass());
        ObjectNode schema = JSON.objectNode()
                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("$id", ID_PREFIX + type.shortName())
                .put("title", type.recordClass().getSimpleName());
        schema.setAll(properties);
        if (!document.definitions.isEmpty()) {
            document.definitions.forEach(schema.putObject("$defs")::set);
        }
        return schema;
    }

    private ObjectNode objectSchema(Class<?> recordClass) {
        ObjectNode properties = JSON.objectNode();
        ArrayNode required = JSON.arrayNode();
        for (RecordComponent component : recordClass.getRecordComponents()) {
            String name = NAMES.translate(component.getName());
            if (component.getGenericType() instanceof ParameterizedType generic
                    && generic.getRawType() == Optional.class) {
                properties.set(name, schemaOf(generic.getActualTypeArguments()[0]));
            } else {
                properties.set(name, schemaOf(component.getGenericType()));
                required.add(name);
            }
        }
        ObjectNode schema = JSON.objectNode().put("type", "object");
        schema.set("properties", properties);
        schema.set("required", required);
        return schema;
    }

    private ObjectNode schemaOf(Type type) {
        return switch (type) {
            case ParameterizedType generic -> collectionSchema(generic);
            case Class<?> plain -> classSchema(plain);
            default -> throw new IllegalArgumentException("no schema for " + type);
        };
    }

    private ObjectNode collectionSchema(ParameterizedType generic) {
        Type element = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
        if (generic.getRawType() == List.class) {
            ObjectNode schema = JSON.objectNode().put("type", "array");
            schema.set("items", schemaOf(element));
            return schema;
        }
        if (generic.getRawType() == Map.class) {
            ObjectNode schema = JSON.objectNode().put("type", "object");
            schema.set("additionalProperties", schemaOf(element));
            return schema;
        }
        throw new IllegalArgumentException("no schema for " + generic);
    }

    private ObjectNode classSchema(Class<?> type) {
        if (type == String.class) {
            return typed("string");
        }
        if (type == int.class || type == Integer.class) {
            return typed("integer").put("minimum", Integer.MIN_VALUE).put("maximum", Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return typed("integer").put("minimum", Long.MIN_VALUE).put("maximum", Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            return defined("Double", SchemaDocument::doubleSchema);
        }
        if (type == Object.class) {
            // A hyperparameter.
            ObjectNode schema = JSON.objectNode();
            schema.putArray("type").add("string").add("boolean").add("number").add("array");
            schema.putObject("items").put("type", "number");
            return schema;
        }
        if (type == Instant.class) {
            return typed("string").put("format", "date-time");
        }
        if (type == Duration.class) {
            return typed("string").put("format", "duration");
        }
        if (type == YearMonth.class) {
            return typed("string").put("pattern", "^[0-9]{4}-(0[1-9]|1[0-2])$");
        }
        if (type.isEnum()) {
            return defined(type.getSimpleName(), () -> enumSchema(type));
        }
        if (type.isSealed()) {
            return defined(type.getSimpleName(), () -> alternativesSchema(type));
        }
        if (type == FencingToken.class) {
            return defined(
                    "FencingToken", () -> typed("integer").put("minimum", 0).put("maximum", Long.MAX_VALUE));
        }
        if (isId(type)) {
            return defined(
                    type.getSimpleName(),
                    () -> typed("string").put("minLength", 1).put("maxLength", ID_LENGTH_MAX));
        }
        if (type.isRecord()) {
            return defined(type.getSimpleName(), () -> objectSchema(type));
        }
        throw new IllegalArgumentException("no schema for " + type);
    }

    /** A value record that is written as its bare text. */
    private static boolean isId(Class<?> type) {
        return type.isRecord()
                && type.getRecordComponents().length == 1
                && type.getRecordComponents()[0].getName().equals("value");
    }

    private static ObjectNode enumSchema(Class<?> type) {
        ObjectNode schema = typed("string");
        ArrayNode values = schema.putArray("enum");
        for (Object constant : type.getEnumConstants()) {
            values.add(((Enum<?>) constant).name());
        }
        return schema;
    }

    private static ObjectNode doubleSchema() {
        ObjectNode schema = JSON.objectNode();
        ArrayNode either = schema.putArray("anyOf");
        either.add(typed("number"));
        ObjectNode notFinite = either.addObject();
        notFinite.putArray("enum").add("NaN").add("Infinity").add("-Infinity");
        return schema;
    }

    private ObjectNode alternativesSchema(Class<?> sealed) {
        Class<?> mixIn = MAPPER.getSerializationConfig().findMixInClassFor(sealed);
        String kind = mixIn.getAnnotation(JsonTypeInfo.class).property();
        ObjectNode schema = JSON.objectNode();
        ArrayNode alternatives = schema.putArray("oneOf");
        for (JsonSubTypes.Type alternative :
                mixIn.getAnnotation(JsonSubTypes.class).value()) {
            ObjectNode own = objectSchema(alternative.value());
            ObjectNode properties = JSON.objectNode();
            properties.putObject(kind).put("const", alternative.name());
            properties.setAll((ObjectNode) own.get("properties"));
            own.set("properties", properties);
            ((ArrayNode) own.get("required")).insert(0, kind);
            alternatives.add(own);
        }
        return schema;
    }

    private interface Definition {
        ObjectNode schema();
    }

    private ObjectNode defined(String name, Definition definition) {
        if (!definitions.containsKey(name)) {
            definitions.put(name, definition.schema());
        }
        return JSON.objectNode().put("$ref", "#/$defs/" + name);
    }

    private static ObjectNode typed(String type) {
        return JSON.objectNode().put("type", type);
    }
}
