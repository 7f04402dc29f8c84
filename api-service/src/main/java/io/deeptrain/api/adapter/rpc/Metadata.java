package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;

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

    /** What is there after a patch. */
    static Struct patched(Struct known, PatchKind kind, Struct patch) {
        return switch (kind) {
            case MERGE -> known.toBuilder().putAllFields(patch.getFieldsMap()).build();
            case OVERWRITE -> patch;
            case REMOVE -> {
                Struct.Builder left = known.toBuilder();
                patch.getFieldsMap().keySet().forEach(left::removeFields);
                yield left.build();
            }
        };
    }
}
