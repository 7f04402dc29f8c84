package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import java.util.Locale;

/** The field {@code action} of calls that patch. */
final class Actions {
    private Actions() {}

    /** Without a name it merges. */
    static PatchAction of(String name, StatusCode refusal) {
        return PatchAction.of(name.isEmpty() ? PatchAction.MERGE.wireName() : name.toLowerCase(Locale.ROOT))
                .orElseThrow(() ->
                        new Refusal(refusal, "action is '%s' but must be merge, remove or overwrite".formatted(name)));
    }
}
