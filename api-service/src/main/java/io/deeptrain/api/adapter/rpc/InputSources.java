package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.ByteString;
import io.deeptrain.api.adapter.http.ImageFetch.Fetched;
import io.deeptrain.api.status.StatusCode;
import java.util.function.Function;

/** Where the bytes of an image or video come from: they are sent, or fetched from a URL. */
sealed interface InputSources {
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
    record Found(byte[] bytes) implements InputSources {}

    record Refused(StatusCode code, String reason) implements InputSources {}

    /** @param path of the image or video in its input */
    @SuppressWarnings("MissingSummary") // The interface says it.
    static InputSources bytes(String path, ByteString base64, String url, Function<String, Fetched> fetch) {
        if (!base64.isEmpty()) {
            return new Found(base64.toByteArray());
        }
        if (url.isEmpty()) {
            return new Refused(
                    StatusCode.INPUT_INVALID, path + " has neither base64 nor url but must have one of them");
        }
        return switch (fetch.apply(url)) {
            case Fetched.Image(byte[] fetched) -> new Found(fetched);
            case Fetched.Refused(String reason) ->
                new Refused(StatusCode.INPUT_DOWNLOAD_FAILED, path + ".url: " + reason);
        };
    }
}
