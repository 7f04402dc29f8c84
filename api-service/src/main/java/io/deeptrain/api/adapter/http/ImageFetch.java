package io.deeptrain.api.adapter.http;

import io.deeptrain.api.adapter.http.PublicHttp.Outcome;
import io.deeptrain.api.input.ImageCheck;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/** Fetches an image that a tenant names by its URL, and nothing else. */
@ApplicationScoped
public class ImageFetch {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(20);
    private static final int OK = 200;

    private final PublicHttp http;

    /** Fetches from the public internet. */
    public ImageFetch() {
        this(PublicAddress::isPublic, READ_TIMEOUT, WHOLE_TIMEOUT);
    }

    ImageFetch(Predicate<InetAddress> reachable, Duration readTimeout, Duration wholeTimeout) {
        http = new PublicHttp(reachable, readTimeout, wholeTimeout, ImageCheck.BYTES_MAX);
    }

    /** What came of it. */
    public sealed interface Fetched {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record Image(byte[] bytes) implements Fetched {}

        /** {@code reason} is for the tenant. */
        record Refused(String reason) implements Fetched {}
    }

    public Fetched fetch(String url) {
        return switch (http.send(new PublicHttp.Request("GET", url, Map.of("Accept", "image/*"), new byte[0]))) {
            case Outcome.Answered(int status, byte[] body) ->
                status == OK
                        ? new Fetched.Image(body)
                        : new Fetched.Refused("the server of the URL answered %d, not 200; redirects are not followed"
                                .formatted(status));
            case Outcome.Failed(String reason) -> new Fetched.Refused("the image could not be fetched: " + reason);
        };
    }
}
