package io.deeptrain.api.adapter.http;

import io.deeptrain.api.adapter.http.PublicHttp.Outcome;
import io.deeptrain.api.input.ImageCheck;
import io.deeptrain.video.VideoLimits;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/** Fetches an image or a video that a tenant names by its URL, and nothing else. */
@ApplicationScoped
public class ImageFetch {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(20);
    private static final int OK = 200;

    private static final Duration VIDEO_TIMEOUT = Duration.ofSeconds(60);

    private final PublicHttp http;
    private final PublicHttp videos;

    /** Fetches from the public internet. */
    public ImageFetch() {
        this(PublicAddress::isPublic, READ_TIMEOUT, WHOLE_TIMEOUT);
    }

    ImageFetch(Predicate<InetAddress> reachable, Duration readTimeout, Duration wholeTimeout) {
        http = new PublicHttp(reachable, readTimeout, wholeTimeout, ImageCheck.BYTES_MAX);
        videos = new PublicHttp(reachable, readTimeout, VIDEO_TIMEOUT, VideoLimits.BYTES_MAX);
    }

    /** What came of it. */
    public sealed interface Fetched {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record Image(byte[] bytes) implements Fetched {}

        /** {@code reason} is for the tenant. */
        record Refused(String reason) implements Fetched {}
    }

    /** An image. */
    public Fetched fetch(String url) {
        return fetch(http, url, "image");
    }

    /** As {@link #fetch}, of a video, which may be larger and take longer. */
    public Fetched fetchVideo(String url) {
        return fetch(videos, url, "video");
    }

    private static Fetched fetch(PublicHttp http, String url, String what) {
        return switch (http.send(new PublicHttp.Request("GET", url, Map.of("Accept", what + "/*"), new byte[0]))) {
            case Outcome.Answered(int status, byte[] body) ->
                status == OK
                        ? new Fetched.Image(body)
                        : new Fetched.Refused("the server of the URL answered %d, not 200; redirects are not followed"
                                .formatted(status));
            case Outcome.Failed(String reason) ->
                new Fetched.Refused("the %s could not be fetched: %s".formatted(what, reason));
        };
    }
}
