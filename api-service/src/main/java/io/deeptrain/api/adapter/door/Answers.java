package io.deeptrain.api.adapter.door;

import com.google.protobuf.Message;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.contract.status.Status;
import java.util.UUID;

/** The status of answers, for those who make them and for the doors. */
public final class Answers {
    private Answers() {}

    /** The status of an answer in which all went well. */
    public static Status ok() {
        return of(StatusCode.SUCCESS, "");
    }

    public static Status of(StatusCode code, String details) {
        return Status.newBuilder()
                .setCode(code.code())
                .setDescription(code.description())
                .setDetails(details)
                .build();
    }

    /** The answer to what is no call of the contract. */
    public static Message ofNoCall(StatusCode code, String details) {
        return new Envelope(BaseResponse.getDefaultInstance(), UUID.randomUUID().toString()).failed(code, details);
    }

    /** The answer to a call of the published clients that is not in the contract of this service. */
    public static Message ofUnserved(String call) {
        return ofNoCall(StatusCode.NOT_IMPLEMENTED, notServed(call));
    }

    static String notServed(String call) {
        return call + " is not served by this release";
    }

    /** The HTTP status that goes with an answer. */
    public static int httpStatusOf(Message answer) {
        return codeOf(Envelope.read(answer)).httpStatus();
    }

    /**
     * Ends a call that needs this answer to another one.
     *
     * @throws Refusal with the answer's own reason if it is none of success
     */
    public static void requireSuccess(Message answer) {
        Status status = Envelope.read(answer);
        StatusCode code = codeOf(status);
        if (code.httpStatus() != StatusCode.SUCCESS.httpStatus()) {
            throw new Refusal(code, status.getDetails());
        }
    }

    private static StatusCode codeOf(Status status) {
        return StatusCode.of(status.getCode())
                .orElseThrow(() -> new IllegalStateException("not in the table of status codes: " + status.getCode()));
    }
}
