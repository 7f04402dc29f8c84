package io.deeptrain.api.input;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a patch goes together with what is there. */
public enum PatchAction {
    MERGE,
    REMOVE,
    OVERWRITE;

    public static Optional<PatchAction> of(String name) {
        return Arrays.stream(values())
                .filter(action -> action.wireName().equals(name))
                .findFirst();
    }

    /** As callers write it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
