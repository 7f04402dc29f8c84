package io.deeptrain.api.search;

import java.util.List;

/** Several criteria at once, or that they are not all met. */
public record Condition(List<Criterion> criteria, boolean negated) {
    public Condition {
        criteria = List.copyOf(criteria);
        if (criteria.isEmpty()) {
            throw new IllegalArgumentException("a condition must have a criterion");
        }
    }
}
