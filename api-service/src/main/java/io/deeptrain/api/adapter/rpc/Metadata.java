package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import java.util.Map;

/** What users write to their things: any JSON object. Kept as text. */
final class Metadata {
    private Metadata() {}

    static String written(String field, Struct metadata) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(metadata);
        } catch (InvalidProtocolBufferException e) {
            throw new Refusal(StatusCode.BAD_REQUEST_FORMAT, "%s is not JSON: %s".formatted(field, e.getMessage()));
        }
    }

    static Struct read(String json) {
        Struct.Builder metadata = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(json, metadata);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("metadata of our own writing cannot be read: " + json, e);
        }
        return metadata.build();
    }

    /**
     * Metadata after a patch. Merging and removing reach into objects: merging sets the values that the patch has,
     * removing takes away those that it names, whatever they are. Overwriting replaces everything.
     */
    static Struct patched(Struct old, PatchAction action, Struct patch) {
        return switch (action) {
            case MERGE -> merged(old, patch);
            case REMOVE -> without(old, patch);
            case OVERWRITE -> patch;
        };
    }

    private static Struct merged(Struct old, Struct patch) {
        Struct.Builder result = old.toBuilder();
        for (Map.Entry<String, Value> entry : patch.getFieldsMap().entrySet()) {
            Value before = old.getFieldsMap().get(entry.getKey());
            result.putFields(
                    entry.getKey(),
                    before != null
                                    && before.hasStructValue()
                                    && entry.getValue().hasStructValue()
                            ? Value.newBuilder()
                                    .setStructValue(merged(
                                            before.getStructValue(),
                                            entry.getValue().getStructValue()))
                                    .build()
                            : entry.getValue());
        }
        return result.build();
    }

    private static Struct without(Struct old, Struct patch) {
        Struct.Builder result = old.toBuilder();
        for (Map.Entry<String, Value> entry : patch.getFieldsMap().entrySet()) {
            Value before = old.getFieldsMap().get(entry.getKey());
            if (before != null
                    && before.hasStructValue()
                    && entry.getValue().getStructValue().getFieldsCount() > 0) {
                result.putFields(
                        entry.getKey(),
                        Value.newBuilder()
                                .setStructValue(without(
                                        before.getStructValue(),
                                        entry.getValue().getStructValue()))
                                .build());
            } else {
                result.removeFields(entry.getKey());
            }
        }
        return result.build();
    }
}
