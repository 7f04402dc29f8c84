package io.deeptrain.api.search;

import java.util.List;
import java.util.Optional;

/**
 * What inputs are looked for by. A hit meets all filters and at least one rank; its score is the share of the ranks
 * that it meets, or 1 where there are none.
 */
public record InputSearch(List<Condition> filters, List<Condition> ranks, float scoreMin) {
    public static final int CONDITIONS_MAX = 100;

    public InputSearch {
        filters = List.copyOf(filters);
        ranks = List.copyOf(ranks);
    }

    /** What keeps a search of so many conditions from being made. */
    public static Optional<String> problem(int conditionCount) {
        return conditionCount <= CONDITIONS_MAX
                ? Optional.empty()
                : Optional.of(
                        "query holds %d conditions but must hold at most %d".formatted(conditionCount, CONDITIONS_MAX));
    }
}
