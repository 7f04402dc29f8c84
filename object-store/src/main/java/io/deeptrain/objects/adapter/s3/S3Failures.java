package io.deeptrain.objects.adapter.s3;

import io.deeptrain.objects.ObjectStores;
import java.io.IOException;
import java.net.HttpURLConnection;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What went wrong with S3, for whoever runs the service: the bucket, the object and what to look at. No secrets. */
final class S3Failures {
    private static final String NO_SUCH_BUCKET = "NoSuchBucket";

    private S3Failures() {}

    /** Whether the object, not the bucket, is missing. */
    static boolean isMissing(S3Exception failed) {
        return failed.statusCode() == HttpURLConnection.HTTP_NOT_FOUND && !NO_SUCH_BUCKET.equals(code(failed));
    }

    /** @param what what the store could not do, as in {@code read jobs/j/model} */
    static IOException of(S3Place place, String what, SdkException failed) {
        return new IOException("%s cannot %s: %s".formatted(place, what, reason(place, failed)), failed);
    }

    private static String reason(S3Place place, SdkException failed) {
        if (!(failed instanceof S3Exception answered)) {
            return unanswered(place, failed);
        }
        String code =
                "status %d %s".formatted(answered.statusCode(), code(answered)).strip();
        return switch (answered.statusCode()) {
            case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
                "access is refused (%s): look at the credentials and at the policy of the bucket".formatted(code);
            case HttpURLConnection.HTTP_NOT_FOUND ->
                "there is no bucket %s (%s): make it, or name another in %s"
                        .formatted(place.bucket(), code, ObjectStores.SETTING);
            case HttpURLConnection.HTTP_MOVED_PERM ->
                "the bucket is in another region (%s): name it with region= in %s"
                        .formatted(code, ObjectStores.SETTING);
            default -> "the server answers %s".formatted(code);
        };
    }

    private static String unanswered(S3Place place, SdkException failed) {
        String message = String.valueOf(failed.getMessage());
        if (message.startsWith("Unable to load credentials")) {
            return "no credentials are found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SHARED_CREDENTIALS_FILE";
        }
        if (message.startsWith("Unable to load region")) {
            return "no region is found: name it with region= in %s, or set AWS_REGION".formatted(ObjectStores.SETTING);
        }
        return "no answer from %s: %s"
                .formatted(
                        place.endpoint()
                                .map(endpoint -> "%s, the endpoint in %s".formatted(endpoint, ObjectStores.SETTING))
                                .orElse("Amazon S3"),
                        message);
    }

    private static String code(S3Exception failed) {
        return failed.awsErrorDetails() == null || failed.awsErrorDetails().errorCode() == null
                ? ""
                : failed.awsErrorDetails().errorCode();
    }
}
