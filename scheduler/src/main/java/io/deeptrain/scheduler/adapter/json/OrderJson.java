package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.control.Order.Hold;
import io.deeptrain.scheduler.control.Order.Move;
import io.deeptrain.scheduler.control.Order.Prioritise;
import io.deeptrain.scheduler.control.Order.Release;
import io.deeptrain.scheduler.control.Order.ResetLimits;
import io.deeptrain.scheduler.control.Order.SetCondition;
import io.deeptrain.scheduler.control.Order.SetLimits;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueName;
import java.util.Optional;

/** Orders of operators, each with its kind and what it is about. */
public final class OrderJson {
    private static final String KIND = "kind";
    private static final String SET_LIMITS = "set_limits";
    private static final String RESET_LIMITS = "reset_limits";
    private static final String SET_CONDITION = "set_condition";
    private static final String HOLD = "hold";
    private static final String RELEASE = "release";
    private static final String MOVE = "move";
    private static final String PRIORITISE = "prioritise";
    private static final String QUEUE_KIND = "queue_kind";
    private static final String QUEUE = "queue";
    private static final String MEMBER = "member";
    private static final String WORKER = "worker";
    private static final String CONDITION = "condition";
    private static final String JOB = "job";
    private static final String PRIORITY = "priority";

    private final ControlJson controls = new ControlJson();

    public JsonNode written(Order order) {
        return switch (order) {
            case SetLimits(var queue, var member) ->
                aboutQueue(SET_LIMITS, queue).put(MEMBER, controls.written(member));
            case ResetLimits(var queue) -> aboutQueue(RESET_LIMITS, queue);
            case SetCondition(var workerId, var condition) ->
                about(SET_CONDITION).put(WORKER, workerId.value()).put(CONDITION, condition.name());
            case Hold(var jobId) -> aboutJob(HOLD, jobId);
            case Release(var jobId) -> aboutJob(RELEASE, jobId);
            case Move(var jobId, var to) -> aboutJob(MOVE, jobId).put(WORKER, to.value());
            case Prioritise(var jobId, var priority) -> {
                ObjectNode json = aboutJob(PRIORITISE, jobId);
                priority.ifPresent(chosen -> json.put(PRIORITY, chosen.name()));
                yield json;
            }
        };
    }

    /**
     * The same back.
     *
     * @throws IllegalArgumentException if it is none, with what it is
     */
    public Order read(JsonNode json) {
        return switch (json.path(KIND).asText()) {
            case SET_LIMITS -> new SetLimits(queue(json), controls.member(queue(json), text(json, MEMBER)));
            case RESET_LIMITS -> new ResetLimits(queue(json));
            case SET_CONDITION -> new SetCondition(worker(json), Condition.valueOf(text(json, CONDITION)));
            case HOLD -> new Hold(job(json));
            case RELEASE -> new Release(job(json));
            case MOVE -> new Move(job(json), worker(json));
            case PRIORITISE ->
                new Prioritise(
                        job(json),
                        json.has(PRIORITY) ? Optional.of(Priority.valueOf(text(json, PRIORITY))) : Optional.empty());
            default -> throw new IllegalArgumentException("not an order: " + json);
        };
    }

    private static ObjectNode about(String kind) {
        return JsonNodeFactory.instance.objectNode().put(KIND, kind);
    }

    private static ObjectNode aboutQueue(String kind, QueueName queue) {
        return about(kind).put(QUEUE_KIND, queue.kind()).put(QUEUE, queue.name());
    }

    private static ObjectNode aboutJob(String kind, JobId jobId) {
        return about(kind).put(JOB, jobId.value());
    }

    private static QueueName queue(JsonNode json) {
        return ControlJson.queue(text(json, QUEUE_KIND), text(json, QUEUE));
    }

    private static JobId job(JsonNode json) {
        return new JobId(text(json, JOB));
    }

    private static WorkerId worker(JsonNode json) {
        return new WorkerId(text(json, WORKER));
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("%s is missing in %s".formatted(field, json));
        }
        return value.textValue();
    }
}
