package io.deeptrain.api.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.adapter.http.ImageFetch.Fetched;
import io.deeptrain.api.input.ImageCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFetchTest {
    private static final byte[] BYTES = {1, 2, 3, 0, -1, '\r', '\n', '\r', '\n', 4};
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofMinutes(1);

    /** As the service fetches, but from this machine as well. */
    private final ImageFetch images = new ImageFetch(_ -> true, LONG, LONG);

    @Test
    void an_image_comes_as_it_is_whatever_the_server_calls_it() throws IOException {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\nContent-Type: text/html\n\n", BYTES)) {
            assertImage(images.fetch(server.url("/a%20b/c.png?d=%26&e")), BYTES);
            assertThat(server.requests().remove())
                    .startsWith("GET /a%20b/c.png?d=%26&e HTTP/1.0\r\n")
                    .contains("\r\nHost: " + server.url("").substring("http://".length()) + "\r\n");
        }
    }

    @Test
    void a_url_without_a_path_means_the_root() throws IOException {
        try (RawServer server = RawServer.answering("HTTP/1.0 200 OK\n\n", BYTES)) {
            assertImage(images.fetch(server.url("")), BYTES);
            assertThat(server.requests().remove()).startsWith("GET / HTTP/1.0\r\n");
        }
    }

    @Test
    void an_image_of_a_length_that_was_told_ends_there_although_the_connection_does_not() throws IOException {
        try (RawServer server = RawServer.answering((caller, closing) -> {
            caller.write("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc".getBytes(StandardCharsets.US_ASCII));
            caller.flush();
            closing.await();
        })) {
            assertImage(images.fetch(server.url("/")), new byte[] {'a', 'b', 'c'});
        }
    }

    @Test
    void an_image_that_ends_before_its_length_is_refused() throws IOException {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\nContent-Length: 11\n\n", BYTES)) {
            assertRefused(images.fetch(server.url("/")), "10 of 11 bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1, 2", "99999999999999999999", "x"})
    void a_length_that_is_none_is_refused(String length) throws IOException {
        try (RawServer server =
                RawServer.answering("HTTP/1.1 200 OK\nContent-Length: %s\n\n".formatted(length), BYTES)) {
            assertRefused(images.fetch(server.url("/")), "length");
        }
    }

    @Test
    void only_as_many_bytes_as_an_image_may_have_are_taken() throws IOException {
        byte[] largest = new byte[ImageCheck.BYTES_MAX];
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\n\n", largest)) {
            assertImage(images.fetch(server.url("/")), largest);
        }
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\n\n", new byte[ImageCheck.BYTES_MAX + 1])) {
            assertRefused(images.fetch(server.url("/")), "more than 20971520 bytes");
        }
        try (RawServer server = RawServer.answering(
                "HTTP/1.1 200 OK\nContent-Length: %d\n\n".formatted(ImageCheck.BYTES_MAX + 1), new byte[0])) {
            assertRefused(images.fetch(server.url("/")), "more than 20971520 bytes");
        }
    }

    @Test
    void a_redirect_is_not_followed() throws IOException {
        try (RawServer target = RawServer.answering("HTTP/1.1 200 OK\n\n", BYTES);
                RawServer server = RawServer.answering(
                        "HTTP/1.1 302 Found\nLocation: %s\n\n".formatted(target.url("/secret")), new byte[0])) {
            assertRefused(images.fetch(server.url("/")), "answered 302, not 200; redirects are not followed");
            assertThat(target.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 404 Not Found\n\n",
                "HTTP/1.1 206 Partial Content\n\n",
                "HTTP/1.1 2000\n\n",
                "SSH-2.0-OpenSSH_9.6\n\n",
                "200 OK\n\n",
                "\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n",
                "HTTP/1.1 200 OK\n",
                ""
            })
    void what_is_no_plain_answer_is_refused(String header) throws IOException {
        try (RawServer server = RawServer.answering(header, new byte[0])) {
            assertThat(images.fetch(server.url("/"))).isInstanceOf(Fetched.Refused.class);
        }
    }

    @Test
    void a_header_without_an_end_is_refused() throws IOException {
        String endless = "HTTP/1.1 200 OK\nX: " + "x".repeat(64 << 10);
        try (RawServer server = RawServer.answering(endless, new byte[0])) {
            assertRefused(images.fetch(server.url("/")), "header is longer");
        }
    }

    @Test
    void a_server_that_says_nothing_is_not_waited_for() throws IOException {
        try (RawServer server = RawServer.silent()) {
            assertRefused(new ImageFetch(_ -> true, SHORT, LONG).fetch(server.url("/")), "could not be fetched");
        }
    }

    @Test
    void a_server_that_drips_is_left_at_the_deadline() throws IOException {
        for (String header : new String[] {"", "HTTP/1.1 200 OK\n\n"}) {
            try (RawServer server = RawServer.dripping(header)) {
                assertRefused(new ImageFetch(_ -> true, LONG, SHORT).fetch(server.url("/")), "could not be fetched");
            }
        }
    }

    @Test
    void a_server_that_is_not_there_is_said_to_be_so() throws IOException {
        RawServer server = RawServer.silent();
        server.close();
        assertRefused(images.fetch(server.url("/")), "could not be fetched");
    }

    @Test
    void an_address_that_is_not_public_is_never_called() throws IOException {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\n\n", BYTES)) {
            assertRefused(new ImageFetch().fetch(server.url("/")), "not on the public internet: 127.0.0.1");
            assertThat(server.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost/",
                "https://localhost/",
                "HTTP://LOCALHOST/",
                "http://2130706433/",
                "http://010.0.0.1/",
                "http://0.0.0.0/",
                "http://169.254.169.254/latest/meta-data/",
                "http://[::1]/",
                "http://[::]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:a9fe:a9fe]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[fd00:ec2::254]/"
            })
    void a_host_that_is_not_public_is_refused_however_it_is_written(String url) {
        assertRefused(new ImageFetch().fetch(url), "not on the public internet");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "image.png",
                "//host/image.png",
                "http:///image.png",
                "http://",
                "http://user:password@8.8.8.8/",
                "http://user@8.8.8.8/",
                "http://127.1/",
                "http://0x7f.0.0.1/",
                "http://0x7f000001/",
                "http://[::1%25lo]/",
                "http://[fe80::1%eth0]/",
                "http://a b/",
                "http://8.8.8.8/\r\nHost: other",
                "http://8.8.8.8:70000/",
                "http://8.8.8.8:0/",
                "http://host.invalid/",
                "ftp://8.8.8.8/image.png",
                "file:///etc/passwd",
                "jar:http://8.8.8.8/a.jar!/b",
                "data:image/png;base64,AAAA",
                "mailto:a@b"
            })
    void what_is_no_url_of_a_public_server_is_refused(String url) {
        assertThat(new ImageFetch().fetch(url)).isInstanceOf(Fetched.Refused.class);
    }

    private static void assertImage(Fetched fetched, byte[] bytes) {
        assertThat(fetched)
                .isInstanceOfSatisfying(
                        Fetched.Image.class, image -> assertThat(image.bytes()).isEqualTo(bytes));
    }

    private static void assertRefused(Fetched fetched, String reason) {
        assertThat(fetched)
                .isInstanceOfSatisfying(
                        Fetched.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reason));
    }
}
