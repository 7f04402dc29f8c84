package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.GetStatusCodeRequest;
import io.deeptrain.contract.ListStatusCodesRequest;
import io.deeptrain.contract.MultiStatusCodeResponse;
import io.deeptrain.contract.SingleStatusCodeResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.Optional;

/** Calls about the table of status codes, which anyone may read. */
@ApplicationScoped
class StatusCodeCalls {
    void addTo(RpcTable.Builder table) {
        table.answerAnyone("ListStatusCodes", ListStatusCodesRequest.class, StatusCodeCalls::list)
                .answerAnyone("GetStatusCode", GetStatusCodeRequest.class, StatusCodeCalls::get);
    }

    private static MultiStatusCodeResponse list(Caller caller, ListStatusCodesRequest request) {
        return MultiStatusCodeResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllStatuses(Arrays.stream(StatusCode.values())
                        .map(code -> Answers.of(code, ""))
                        .toList())
                .build();
    }

    /** As published: the status of the answer is the one that was asked for. */
    private static SingleStatusCodeResponse get(Caller caller, GetStatusCodeRequest request) {
        StatusCode code = number(request.getStatusCodeId())
                .flatMap(StatusCode::of)
                .orElseThrow(() -> new Refusal(
                        StatusCode.DOES_NOT_EXIST,
                        "Status code '%s' is not in use".formatted(request.getStatusCodeId())));
        return SingleStatusCodeResponse.newBuilder()
                .setStatus(Answers.of(code, ""))
                .build();
    }

    private static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.parseInt(text));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }
}
