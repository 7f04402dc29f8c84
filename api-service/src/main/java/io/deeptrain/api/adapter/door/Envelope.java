package io.deeptrain.api.adapter.door;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.status.Status;

/** The {@code status} that every answer of the contract carries in the field of that name. */
final class Envelope {
    private final Message emptyAnswer;
    private final String requestId;

    Envelope(Message emptyAnswer, String requestId) {
        this.emptyAnswer = emptyAnswer;
        this.requestId = requestId;
    }

    String requestId() {
        return requestId;
    }

    /** An answer with nothing in it but what went wrong. */
    Message failed(StatusCode code, String details) {
        Status status = Status.newBuilder()
                .setCode(code.code())
                .setDescription(code.description())
                .setDetails(Texts.wellFormed(details))
                .setReqId(requestId)
                .build();
        return emptyAnswer
                .newBuilderForType()
                .setField(statusOf(emptyAnswer), status)
                .build();
    }

    /** The answer with the id of this request in its status. */
    Message identified(Message answer) {
        Status status = read(answer).toBuilder().setReqId(requestId).build();
        return answer.toBuilder().setField(statusOf(answer), status).build();
    }

    /** The status of an answer. */
    static Status read(Message answer) {
        return (Status) answer.getField(statusOf(answer));
    }

    private static FieldDescriptor statusOf(Message answer) {
        FieldDescriptor field = answer.getDescriptorForType().findFieldByName("status");
        if (field == null) {
            throw new IllegalStateException(answer.getDescriptorForType().getFullName() + " has no status");
        }
        return field;
    }
}
