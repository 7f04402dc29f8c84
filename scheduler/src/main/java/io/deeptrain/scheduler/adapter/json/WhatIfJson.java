package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.adapter.json.ContractMapper;
import io.deeptrain.scheduler.explain.Effect;
import io.deeptrain.scheduler.explain.Proposal;
import io.deeptrain.scheduler.explain.Prospect;
import io.deeptrain.scheduler.queue.Priority;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What would be if: the question and its answer. A field that cannot be is named with its value and what would be
 * right.
 */
public final class WhatIfJson {
    private final JsonMapper mapper = ContractMapper.create();
    private final ExplanationJson explanations = new ExplanationJson();

    /**
     * Reads {@code {"job": {"user", "app", "gpus", "priority"?, "expected_seconds"}}}.
     *
     * @throws IllegalArgumentException if it says anything else
     */
    public Proposal question(String json) {
        JsonNode whole;
        try {
            whole = mapper.readTree(json);
        } catch (JsonProcessingException unreadable) {
            throw new IllegalArgumentException("not JSON: " + unreadable.getOriginalMessage(), unreadable);
        }
        requireFields("question", whole, List.of("job"));
        JsonNode job = whole.path("job");
        requireFields("job", job, List.of("user", "app", "gpus", "priority", "expected_seconds"));
        return new Proposal(
                new Tenant(text(job, "user"), text(job, "app")),
                Math.toIntExact(number(job, "gpus", Proposal.GPUS_MAX)),
                job.has("priority") ? Optional.of(priority(job)) : Optional.empty(),
                Duration.ofSeconds(number(job, "expected_seconds", Proposal.EXPECTED_MAX.toSeconds())));
    }

    public String written(Prospect prospect) {
        ObjectNode node = mapper.createObjectNode()
                .put("as_of", prospect.asOf().toString())
                .put("starts_now", prospect.waiting().isEmpty());
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

    private static void requireFields(String what, JsonNode node, List<String> allowed) {
        if (!node.isObject()) {
            throw new IllegalArgumentException("%s must be an object with some of %s: %s"
                    .formatted(what, allowed, node.isMissingNode() ? "it is not there" : node));
        }
        node.fieldNames().forEachRemaining(field -> {
            if (!allowed.contains(field)) {
                throw new IllegalArgumentException(
                        "%s has no field %s: one of %s would be right".formatted(what, field, allowed));
            }
        });
    }

    private static String text(JsonNode node, String field) {
        if (!node.path(field).isTextual()) {
            throw new IllegalArgumentException("%s must be a text: %s".formatted(field, shown(node, field)));
        }
        return node.path(field).textValue();
    }

    private static long number(JsonNode node, String field, long max) {
        JsonNode value = node.path(field);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 1
                || value.longValue() > max) {
            throw new IllegalArgumentException(
                    "%s must be a whole number, 1 to %d: %s".formatted(field, max, shown(node, field)));
        }
        return value.longValue();
    }

    private static Priority priority(JsonNode node) {
        String name = text(node, "priority");
        for (Priority priority : Priority.values()) {
            if (priority.name().equals(name.toUpperCase(Locale.ROOT))) {
                return priority;
            }
        }
        throw new IllegalArgumentException(
                "priority must be one of %s: %s".formatted(Arrays.toString(Priority.values()), name));
    }

    private static String shown(JsonNode node, String field) {
        return node.has(field) ? node.path(field).toString() : "it is not there";
    }
}
