package io.deeptrain.event.adapter.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.SchedulerId;
import io.deeptrain.event.WorkerId;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Optional;
import java.util.function.Function;

/**
 * How the contract's records look in JSON. The records themselves know nothing of it. A service that stores such
 * records writes them the same way, and adds what its own types need.
 *
 * <p>Every component of a record is required, but for an {@link Optional}: it is left out where it is empty, and empty
 * where it is absent or null. So a later version can say more, and an earlier one be read.
 */
public final class ContractMapper {
    private ContractMapper() {}

    public static JsonMapper create() {
        JsonMapper mapper = JsonMapper.builder()
                .addModule(new Jdk8Module())
                .addModule(bareValues())
                .annotationIntrospector(new AllButOptional())
                .withConfigOverride(
                        Optional.class,
                        optional -> optional.setInclude(
                                JsonInclude.Value.construct(Include.NON_ABSENT, Include.NON_ABSENT)))
                .addMixIn(Origin.class, OriginKinds.class)
                .addMixIn(CostCap.class, CostCapKinds.class)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_LONG_FOR_INTS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .build();
        mapper.setDefaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL));
        return mapper;
    }

    private static final class AllButOptional extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasRequiredMarker(AnnotatedMember member) {
            return member.getRawType() != Optional.class;
        }
    }

    /** Why it was unreadable, and where, without a dump of the input. */
    static String reason(JsonProcessingException unreadable) {
        String what = unreadable instanceof ValueInstantiationException rejected && rejected.getCause() != null
                ? String.valueOf(rejected.getCause().getMessage())
                : unreadable.getOriginalMessage();
        String where = unreadable instanceof JsonMappingException mapping ? mapping.getPathReference() : "";
        int path = where.indexOf('[');
        return path < 0 ? what : what + ", at " + where.substring(path);
    }

    private static SimpleModule bareValues() {
        SimpleModule module = new SimpleModule("bare values");
        addText(module, JobId.class, JobId::value, JobId::new);
        addText(module, ModelId.class, ModelId::value, ModelId::new);
        addText(module, ModelVersionId.class, ModelVersionId::value, ModelVersionId::new);
        addText(module, WorkerId.class, WorkerId::value, WorkerId::new);
        addText(module, IncarnationId.class, IncarnationId::value, IncarnationId::new);
        addText(module, SchedulerId.class, SchedulerId::value, SchedulerId::new);
        addText(module, Instant.class, Instant::toString, Instant::parse);
        addText(module, Duration.class, Duration::toString, Duration::parse);
        addText(module, YearMonth.class, YearMonth::toString, YearMonth::parse);
        addBare(module, FencingToken.class, Long.class, FencingToken::value, FencingToken::new);
        return module;
    }

    private static <T> void addText(
            SimpleModule module, Class<T> type, Function<T, String> value, Function<String, T> constructor) {
        addBare(module, type, String.class, value, constructor);
    }

    private static <T, B> void addBare(
            SimpleModule module, Class<T> type, Class<B> bareType, Function<T, B> value, Function<B, T> constructor) {
        module.addSerializer(type, new StdDelegatingSerializer(type, new StdConverter<T, B>() {
            @Override
            public B convert(T record) {
                return value.apply(record);
            }
        }));
        module.addDeserializer(type, new BareValueDeserializer<>(type, bareType, constructor));
    }

    private static final class BareValueDeserializer<T, B> extends StdDeserializer<T> {
        private final Class<T> type;
        private final Class<B> bareType;
        private final transient Function<B, T> constructor;

        BareValueDeserializer(Class<T> type, Class<B> bareType, Function<B, T> constructor) {
            super(type);
            this.type = type;
            this.bareType = bareType;
            this.constructor = constructor;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            B bare = context.readValue(parser, bareType);
            try {
                return constructor.apply(bare);
            } catch (IllegalArgumentException | DateTimeException rejected) {
                throw ValueInstantiationException.from(
                        parser, String.valueOf(rejected.getMessage()), context.constructType(type), rejected);
            }
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Origin.Scratch.class, name = "scratch"),
        @JsonSubTypes.Type(value = Origin.Resumed.class, name = "resumed")
    })
    private interface OriginKinds {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = CostCap.Unlimited.class, name = "unlimited"),
        @JsonSubTypes.Type(value = CostCap.AtMost.class, name = "at_most")
    })
    private interface CostCapKinds {}
}
