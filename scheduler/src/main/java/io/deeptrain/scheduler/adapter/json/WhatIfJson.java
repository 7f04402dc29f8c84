package io.deeptrain.scheduler.adapter.json;

import static io.deeptrain.scheduler.adapter.json.Fields.number;
import static io.deeptrain.scheduler.adapter.json.Fields.priority;
import static io.deeptrain.scheduler.adapter.json.Fields.requireFields;
import static io.deeptrain.scheduler.adapter.json.Fields.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.adapter.json.ContractMapper;
import io.deeptrain.scheduler.explain.Edit;
import io.deeptrain.scheduler.explain.Effect;
import io.deeptrain.scheduler.explain.Proposal;
import io.deeptrain.scheduler.explain.Prospect;
import io.deeptrain.scheduler.explain.WhatIf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What would be if: the question and its answer. A field that cannot be is named with its value and what would be
 * right.
 */
public final class WhatIfJson {
    private final JsonMapper mapper = ContractMapper.create();
    private final ExplanationJson explanations = new ExplanationJson();

    /**
     * Reads {@code {"job": {"user", "app", "gpus", "gpu_class"?, "gpu_fraction"?, "priority"?, "expected_seconds"}?,
     * "changes": [...]?}}, where a change is {@code {"join": {"count", "gpus_each", "gpu_class"?, "gpu_fraction"?}}},
     * {@code {"leave": WORKER}} or {@code {"limit": {"level", "user"?, "app"?, "group"?, "weight"?, "guaranteed"?,
     * "borrow_max"?, "lend_max"?, "running_max"?, "priority"?}}}.
     *
     * @throws IllegalArgumentException if it says anything else
     */
    public WhatIf question(String json) {
        JsonNode whole;
        try {
            whole = mapper.readTree(json);
        } catch (JsonProcessingException unreadable) {
            throw new IllegalArgumentException("not JSON: " + unreadable.getOriginalMessage(), unreadable);
        }
        requireFields("question", whole, List.of("job", "changes"));
        List<Edit> edits = new ArrayList<>();
        JsonNode changes = whole.path("changes");
        if (!changes.isMissingNode() && !changes.isArray()) {
            throw new IllegalArgumentException("changes must be a list: " + changes);
        }
        changes.forEach(change -> edits.add(EditJson.edit(change)));
        return new WhatIf(whole.has("job") ? Optional.of(proposal(whole.path("job"))) : Optional.empty(), edits);
    }

    private static Proposal proposal(JsonNode job) {
        requireFields(
                "job",
                job,
                List.of("user", "app", "gpus", "gpu_class", "gpu_fraction", "priority", "expected_seconds"));
        return new Proposal(
                new Tenant(text(job, "user"), text(job, "app")),
                Math.toIntExact(number(job, "gpus", 1, Proposal.GPUS_MAX)),
                job.has("gpu_class") ? Optional.of(text(job, "gpu_class")) : Optional.empty(),
                Fields.gpuMilli(job),
                job.has("priority") ? Optional.of(priority(job)) : Optional.empty(),
                Duration.ofSeconds(number(job, "expected_seconds", 1, Proposal.EXPECTED_MAX.toSeconds())));
    }

    /**
     * The answer.
     *
     * @param hasJob whether one was proposed
     */
    public String written(Prospect prospect, boolean hasJob) {
        ObjectNode node = mapper.createObjectNode().put("as_of", prospect.asOf().toString());
        if (hasJob) {
            node.put("starts_now", prospect.waiting().isEmpty());
        }
        prospect.start().ifPresent(start -> explanations.putStart(node.putObject("start"), start));
        prospect.waiting().ifPresent(explanation -> {
            explanations.putPlace(node, explanation);
            explanations.putReason(node, explanation);
        });
        put(node.putObject("others"), prospect.effect());
        return node.toString();
    }

    private static void put(ObjectNode node, Effect effect) {
        node.putObject("later")
                .put("jobs", effect.later())
                .put("seconds_total", effect.laterTotal().toSeconds())
                .put("seconds_max", effect.laterMax().toSeconds());
        node.putObject("earlier")
                .put("jobs", effect.earlier())
                .put("seconds_total", effect.earlierTotal().toSeconds())
                .put("seconds_max", effect.earlierMax().toSeconds());
        node.put("start_no_longer", effect.noLonger()).put("start_at_last", effect.atLast());
    }
}
