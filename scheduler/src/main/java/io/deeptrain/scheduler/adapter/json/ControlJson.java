package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deeptrain.event.WorkerId;
import io.deeptrain.event.adapter.json.ContractMapper;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.settings.LimitsReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What is kept of operators' orders. */
public final class ControlJson {
    private static final String CONDITION = "condition";
    private static final String STANDING = "standing";
    private static final TypeReference<Map<String, String>> FIELDS = new TypeReference<>() {};

    private final JsonMapper mapper = ContractMapper.create()
            .rebuild()
            .addMixIn(Standing.class, StandingKinds.class)
            .build();

    /** One of them: what it is, whose, and its value in JSON. */
    public record Row(String kind, String name, String value) {}

    /** Each as a row. */
    public List<Row> rows(Controls controls) {
        List<Row> rows = new ArrayList<>();
        controls.queues().forEach((queue, member) -> rows.add(new Row(queue.kind(), queue.name(), written(member))));
        controls.conditions()
                .forEach((worker, condition) -> rows.add(new Row(CONDITION, worker.value(), written(condition))));
        controls.standings()
                .forEach((worker, standing) -> rows.add(new Row(STANDING, worker.value(), written(standing))));
        return rows;
    }

    /** The same back. */
    public Controls controls(Iterable<Row> rows) {
        SortedMap<QueueName, Member> queues = new TreeMap<>();
        SortedMap<WorkerId, Condition> conditions = new TreeMap<>();
        SortedMap<WorkerId, Standing> standings = new TreeMap<>();
        for (Row row : rows) {
            switch (row.kind) {
                case CONDITION -> conditions.put(new WorkerId(row.name), condition(row.value));
                case STANDING -> standings.put(new WorkerId(row.name), standing(row.value));
                default -> {
                    QueueName queue = queue(row.kind, row.name);
                    queues.put(queue, member(queue, row.value));
                }
            }
        }
        return new Controls(queues, conditions, standings);
    }

    static QueueName queue(String kind, String name) {
        return QueueName.parse(kind, name)
                .orElseThrow(() -> new IllegalStateException("no name of a queue: %s %s".formatted(kind, name)));
    }

    public String written(Member member) {
        return written(LimitsReader.written(member));
    }

    public Member member(QueueName queue, String json) {
        return LimitsReader.read(queue, fields(json), UnaryOperator.identity());
    }

    public String written(Condition condition) {
        return whole(condition);
    }

    public Condition condition(String json) {
        return read(json, Condition.class);
    }

    public String written(Standing standing) {
        try {
            return mapper.writerFor(Standing.class).writeValueAsString(standing);
        } catch (JsonProcessingException notSerialisable) {
            throw new IllegalStateException("cannot be written as JSON: " + standing, notSerialisable);
        }
    }

    public Standing standing(String json) {
        return read(json, Standing.class);
    }

    public String written(Map<String, String> fields) {
        return whole(fields);
    }

    public Map<String, String> fields(String json) {
        try {
            return mapper.readValue(json, FIELDS);
        } catch (JsonProcessingException corrupt) {
            throw unreadable(json, corrupt);
        }
    }

    private String whole(Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException notSerialisable) {
            throw new IllegalStateException("cannot be written as JSON: " + value, notSerialisable);
        }
    }

    private <T> T read(String json, Class<T> type) {
        try {
            return mapper.readValue(json, type);
        } catch (JsonProcessingException corrupt) {
            throw unreadable(json, corrupt);
        }
    }

    private static IllegalStateException unreadable(String json, JsonProcessingException corrupt) {
        return new IllegalStateException("the database holds what this build cannot read: " + json, corrupt);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Standing.Good.class, name = "good"),
        @JsonSubTypes.Type(value = Standing.Out.class, name = "out"),
        @JsonSubTypes.Type(value = Standing.Probation.class, name = "probation")
    })
    private interface StandingKinds {}
}
