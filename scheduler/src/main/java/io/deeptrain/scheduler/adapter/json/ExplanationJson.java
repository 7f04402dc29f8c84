package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.adapter.json.ContractMapper;
import io.deeptrain.scheduler.explain.Calibration;
import io.deeptrain.scheduler.explain.Change;
import io.deeptrain.scheduler.explain.Change.Raise;
import io.deeptrain.scheduler.explain.Change.Workers;
import io.deeptrain.scheduler.explain.Explanation;
import io.deeptrain.scheduler.explain.StartTime;
import io.deeptrain.scheduler.job.JobDecision;
import java.math.BigDecimal;
import java.util.List;

/** Explanations as the front door and operators read them: codes and sentences, with the numbers beside them. */
public final class ExplanationJson {
    private static final double MILLIS_PER_HOUR = 3_600_000;

    private final JsonMapper mapper = ContractMapper.create();

    /** A page of those that wait. */
    public String written(int waiting, List<Explanation> page) {
        ObjectNode whole = mapper.createObjectNode().put("waiting", waiting);
        ArrayNode jobs = whole.putArray("jobs");
        page.forEach(explanation -> jobs.add(node(explanation)));
        return whole.toString();
    }

    public String written(Explanation explanation) {
        return node(explanation).toString();
    }

    private ObjectNode node(Explanation explanation) {
        ObjectNode node =
                mapper.createObjectNode().put("job_id", explanation.jobId().value());
        putPlace(node, explanation);
        explanation.start().ifPresent(start -> putStart(node.putObject("expected_start"), start));
        putReason(node, explanation);
        return node;
    }

    /** Where a job stands among those that wait. */
    void putPlace(ObjectNode node, Explanation explanation) {
        node.put("position", explanation.position())
                .put("waiting", explanation.waiting())
                .put("position_in_app", explanation.positionInApp())
                .put("gpu_hours_ahead", explanation.gpuMillisAhead() / MILLIS_PER_HOUR);
    }

    /** What was decided about a job, in its order. */
    public String decisions(String job, List<JobDecision> decisions) {
        ObjectNode node = mapper.createObjectNode().put("job_id", job);
        ArrayNode entries = node.putArray("decisions");
        for (JobDecision decision : decisions) {
            entries.addObject()
                    .put("at", decision.at().toString())
                    .put("kind", decision.kind())
                    .put("sentence", decision.sentence());
        }
        return node.toString();
    }

    /** When a job starts, with bounds and what they promise. */
    void putStart(ObjectNode node, StartTime start) {
        node.put("at", start.at().toString())
                .put("low", start.low().toString())
                .put("high", start.high().toString())
                .put("coverage", Calibration.COVERAGE);
    }

    /** Why a job waits, and what would start it. */
    void putReason(ObjectNode node, Explanation explanation) {
        node.putObject("reason")
                .put("code", explanation.reason().code())
                .put("sentence", explanation.words())
                .set("evidence", mapper.valueToTree(explanation.reason()));
        put(node.putObject("change"), explanation.change());
    }

    private static void put(ObjectNode node, Change change) {
        node.put("sentence", change.words());
        node.put("awaits_release", change.awaitsRelease());
        change.waitUntil().ifPresent(until -> node.put("wait_until", until.toString()));
        node.put("awaits_room", change.awaitsRoom());
        ArrayNode raises = node.putArray("raises");
        for (Raise raise : change.raises()) {
            raises.addObject()
                    .put("level", raise.level().words())
                    .put("queue", raise.queue())
                    .put("limit", raise.limit())
                    .put("current", raise.current())
                    .put("needed", raise.needed());
        }
        ArrayNode workers = node.putArray("workers");
        for (Workers group : change.workers()) {
            ObjectNode each = workers.addObject().put("count", group.count()).put("gpus_each", group.gpusEach());
            group.kind().classes().names().forEach(name -> each.put("gpu_class", name));
            if (!group.kind().isOfWhole()) {
                each.put("gpu_fraction", BigDecimal.valueOf(group.kind().gpuMilli(), 3));
            }
        }
        node.put("is_enough", change.isEnough());
    }
}
