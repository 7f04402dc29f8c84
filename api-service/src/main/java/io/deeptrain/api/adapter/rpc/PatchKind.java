package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import java.util.Locale;

/** How what a patch brings goes together with what is there. */
enum PatchKind {
    /** What is brought is added, and replaces what has the same name. */
    MERGE,
    /** What is brought is taken away. */
    REMOVE,
    /** What is brought is all that stays. */
    OVERWRITE;

    /** The kind that a request names; without a name it merges. */
    static PatchKind of(String action) {
        return switch (action.toLowerCase(Locale.ROOT)) {
            case "", "merge" -> MERGE;
            case "remove" -> REMOVE;
            case "overwrite" -> OVERWRITE;
            default ->
                throw new Refusal(
                        StatusCode.BAD_REQUEST_FORMAT,
                        "action is '%s' but must be merge, remove or overwrite".formatted(action));
        };
    }
}
