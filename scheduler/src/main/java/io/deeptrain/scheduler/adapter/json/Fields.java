package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.event.GpuShare;
import io.deeptrain.scheduler.queue.Priority;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reads the fields of a question. What cannot be is named with its value and what would be right. */
final class Fields {
    private static final String GPU_FRACTION = "gpu_fraction";

    private Fields() {}

    static void requireFields(String what, JsonNode node, List<String> allowed) {
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

    static String text(JsonNode node, String field) {
        if (!node.path(field).isTextual()) {
            throw new IllegalArgumentException("%s must be a text: %s".formatted(field, shown(node, field)));
        }
        return node.path(field).textValue();
    }

    static long number(JsonNode node, String field, long min, long max) {
        JsonNode value = node.path(field);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            throw new IllegalArgumentException(
                    "%s must be a whole number, %d to %d: %s".formatted(field, min, max, shown(node, field)));
        }
        return value.longValue();
    }

    /** The thousandths of {@code gpu_fraction}; those of a whole GPU without it. */
    static int gpuMilli(JsonNode node) {
        if (!node.has(GPU_FRACTION)) {
            return GpuShare.WHOLE;
        }
        JsonNode value = node.path(GPU_FRACTION);
        BigDecimal milli = value.isNumber() ? value.decimalValue().movePointRight(3) : BigDecimal.ZERO;
        if (milli.signum() <= 0
                || milli.compareTo(BigDecimal.valueOf(GpuShare.WHOLE)) > 0
                || milli.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException(
                    "gpu_fraction must be a multiple of 0.001 up to 1: " + shown(node, GPU_FRACTION));
        }
        return milli.intValueExact();
    }

    static Priority priority(JsonNode node) {
        String name = text(node, "priority");
        for (Priority priority : Priority.values()) {
            if (priority.name().equals(name.toUpperCase(Locale.ROOT))) {
                return priority;
            }
        }
        throw new IllegalArgumentException(
                "priority must be one of %s: %s".formatted(Arrays.toString(Priority.values()), name));
    }

    static String shown(JsonNode node, String field) {
        return node.has(field) ? node.path(field).toString() : "it is not there";
    }
}
