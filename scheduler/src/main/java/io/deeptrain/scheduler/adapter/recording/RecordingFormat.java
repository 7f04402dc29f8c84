package io.deeptrain.scheduler.adapter.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.deeptrain.event.EventType;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.adapter.json.ContractMapper;
import io.deeptrain.event.adapter.json.EventJson;
import io.deeptrain.event.adapter.json.UnreadableEventException;
import io.deeptrain.scheduler.adapter.json.ControlJson;
import io.deeptrain.scheduler.adapter.json.JobRecordJson;
import io.deeptrain.scheduler.adapter.json.OrderJson;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.queue.TenantUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Lines of a recording as JSON, and what they stand for. */
final class RecordingFormat {
    /** Of the lines. Others cannot be read. */
    static final int FORMAT = 1;

    private final JsonMapper mapper = ContractMapper.create();
    private final EventJson events = new EventJson();
    private final JobRecordJson jobs = new JobRecordJson();
    private final OrderJson orders = new OrderJson();

    String text(Line line) {
        try {
            return mapper.writerFor(Line.class).writeValueAsString(line);
        } catch (JsonProcessingException notSerialisable) {
            throw new IllegalStateException("cannot be written as JSON: " + line, notSerialisable);
        }
    }

    Line line(String text) throws IOException {
        return mapper.readValue(text, Line.class);
    }

    Line of(Input input) {
        return switch (input) {
            case Input.Heard(var event, var now) ->
                new Line.Heard(
                        now, EventType.of(event).name(), tree(new String(events.body(event), StandardCharsets.UTF_8)));
            case Input.Ordered(var order, var now) -> new Line.Ordered(now, orders.written(order));
            case Input.Tick(var now, var heardUpTo) -> new Line.Tick(now, heardUpTo);
        };
    }

    Input.Heard heard(Line.Heard line) throws IOException {
        EventType type = EventType.named(line.type())
                .orElseThrow(() -> new IOException("event type is unknown: " + line.type()));
        try {
            return new Input.Heard(
                    events.parse(type, line.event().toString().getBytes(StandardCharsets.UTF_8)), line.now());
        } catch (UnreadableEventException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
    }

    Input.Ordered ordered(Line.Ordered line) {
        return new Input.Ordered(orders.read(line.order()), line.now());
    }

    Line of(JobRecord job) {
        return new Line.Job(
                tree(jobs.written(job.request())),
                job.arrival(),
                tree(jobs.written(job.state())),
                job.sequence(),
                job.tenantUse().gpuMillis(),
                job.tenantUse().hour(),
                jobs.writtenIfAny(job.directives()).map(this::tree).orElseGet(NullNode::getInstance));
    }

    JobRecord job(Line.Job line) {
        TrainingRequested request = jobs.request(line.request().toString());
        return new JobRecord(
                request,
                line.arrival(),
                jobs.state(line.state().toString(), request.spec().gpus()),
                line.sequence(),
                new TenantUse(line.tenantGpuMillis(), line.tenantUseHour()),
                jobs.directives(
                        line.directives().isNull() ? null : line.directives().toString()));
    }

    Line of(ControlJson.Row row) {
        return new Line.Control(row.kind(), row.name(), tree(row.value()));
    }

    ControlJson.Row row(Line.Control line) {
        return new ControlJson.Row(line.of(), line.name(), line.value().toString());
    }

    private JsonNode tree(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("was written as JSON: " + json, impossible);
        }
    }
}
