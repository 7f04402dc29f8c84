package io.deeptrain.api.acceptance;

import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Puts ids in the place of placeholders, and takes out of answers whatever differs from call to call. */
record Normal(Map<String, String> idOfPlaceholder) {
    /** Ids that the service makes up, whole or cut. */
    private static final Pattern MADE_UP = Pattern.compile("[0-9a-f]{8,}(-[0-9a-f]{4,})*");

    static Normal of(Map<String, Map<String, String>> idsOfOwners) {
        Map<String, String> all = new HashMap<>();
        idsOfOwners.forEach(
                (owner, ids) -> ids.forEach((kind, id) -> all.put(AnyRequest.placeholder(owner, kind), id)));
        return new Normal(all);
    }

    Message filled(Message request) {
        return Fields.withTexts(request, text -> idOfPlaceholder.getOrDefault(text, text));
    }

    Message of(Message answer) {
        return Fields.sorted(Fields.withoutTimes(Fields.withTexts(answer, this::of)));
    }

    String of(String text) {
        String normal = text;
        for (Map.Entry<String, String> entry : idOfPlaceholder.entrySet()) {
            // By an id that is made up, things are in another order each time: which of them it is cannot be compared.
            if (!MADE_UP.matcher(entry.getValue()).matches()) {
                normal = normal.replace(entry.getValue(), entry.getKey());
            }
        }
        return MADE_UP.matcher(normal).replaceAll("#");
    }
}
