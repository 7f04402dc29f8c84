package io.deeptrain.api.adapter.door;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * One way to make a call that the published clients know, whether or not this service has that call.
 *
 * @param path begins with a slash; a segment {@code {}} stands for a value
 * @param call the name of the call
 */
public record PublishedRoute(String httpMethod, String path, String call) {
    private static final String LIST = "published-calls.txt";
    private static final String COMMENT = "#";

    /** Every way to make every call. Each call has at least one. */
    public static List<PublishedRoute> all() {
        try (InputStream list = Objects.requireNonNull(PublishedRoute.class.getResourceAsStream(LIST), LIST)) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith(COMMENT))
                    .map(PublishedRoute::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + LIST, e);
        }
    }

    private static PublishedRoute of(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 3) {
            throw new IllegalStateException("not a method, a path and a name: " + line);
        }
        return new PublishedRoute(words[0], words[1], words[2]);
    }
}
