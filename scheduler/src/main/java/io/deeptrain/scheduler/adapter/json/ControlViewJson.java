package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.adapter.json.ContractMapper;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.FleetControl;
import io.deeptrain.scheduler.control.FleetControl.WorkerControl;
import io.deeptrain.scheduler.control.QueueControl;
import io.deeptrain.scheduler.settings.LimitsReader;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** What operators are shown: fields in snake case, and nothing where the standard counts. */
public final class ControlViewJson {
    private final JsonMapper mapper = ContractMapper.create();

    public String written(Done done) {
        ObjectNode node = mapper.createObjectNode();
        put(node.putObject("before"), done.before());
        put(node.putObject("after"), done.after());
        return node.toString();
    }

    public String queues(List<QueueControl> queues) {
        ObjectNode node = mapper.createObjectNode();
        ArrayNode all = node.putArray("queues");
        queues.forEach(queue -> all.add(queueNode(queue)));
        return node.toString();
    }

    public String queue(QueueControl queue) {
        return queueNode(queue).toString();
    }

    private ObjectNode queueNode(QueueControl queue) {
        ObjectNode node = mapper.createObjectNode()
                .put("kind", queue.name().kind())
                .put("name", queue.name().name())
                .put("set_by", queue.setBy().words())
                .put("running", queue.running())
                .put("gpus", queue.gpus())
                .put("waiting", queue.waiting())
                .put("held", queue.held());
        put(node.putObject("limits"), LimitsReader.written(queue.member()));
        return node;
    }

    public String fleet(FleetControl fleet) {
        ObjectNode node = mapper.createObjectNode();
        ArrayNode workers = node.putArray("workers");
        for (WorkerControl worker : fleet.workers()) {
            ObjectNode each = workers.addObject()
                    .put("worker", worker.workerId().value())
                    .put("condition", worker.condition().words());
            worker.quarantinedUntil().ifPresent(until -> each.put("quarantined_until", until.toString()));
            each.put("present", worker.place().isPresent());
            worker.place()
                    .ifPresent(place -> each.put("gpu_class", place.lastBeat().gpuClass())
                            .put("takes_on_work", place.isAccepting())
                            .put("gpus", place.gpus())
                            .put("gpus_free", place.gpusOffered()));
            worker.place()
                    .flatMap(place -> place.lastBeat().gpuMilli())
                    .ifPresent(milli -> each.put("gpu_fraction", BigDecimal.valueOf(milli, 3)));
            ArrayNode jobs = each.putArray("jobs");
            worker.jobs().forEach(job -> jobs.add(job.value()));
        }
        return node.toString();
    }

    public String audit(Map<Long, AuditEntry> page) {
        ObjectNode node = mapper.createObjectNode();
        ArrayNode entries = node.putArray("entries");
        page.forEach((id, entry) -> {
            ObjectNode each = entries.addObject()
                    .put("id", id)
                    .put("at", entry.at().toString())
                    .put("operator", entry.operator())
                    .put("action", entry.action())
                    .put("target", entry.target());
            put(each.putObject("before"), entry.before());
            put(each.putObject("after"), entry.after());
        });
        return node.toString();
    }

    private static void put(ObjectNode node, Map<String, String> fields) {
        fields.forEach((field, value) -> {
            String name = field.replace('-', '_');
            switch (value) {
                case "true", "false" -> node.put(name, Boolean.parseBoolean(value));
                case String number when number.matches("[0-9]{1,10}") -> node.put(name, Long.parseLong(number));
                default -> node.put(name, value);
            }
        });
    }
}
