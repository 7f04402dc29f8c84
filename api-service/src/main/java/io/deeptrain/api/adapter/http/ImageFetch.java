package io.deeptrain.api.adapter.http;

import io.deeptrain.api.input.ImageCheck;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches an image that a tenant names by its URL, and nothing else: only http and https, only public addresses, no
 * redirects, no more bytes than an image may have, no longer than a few seconds.
 *
 * <p>The name is resolved once, and the connection goes to the address that was judged; a name that resolves to
 * something else a moment later leads nowhere. That is why the request is written here, by hand, as HTTP/1.0: the JDK's
 * client resolves names by itself.
 */
@ApplicationScoped
public class ImageFetch {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(20);
    private static final int HEADER_BYTES_MAX = 32 << 10;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int PORT_MAX = 65_535;
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final String CONTENT_LENGTH = "content-length:";

    private final Predicate<InetAddress> reachable;
    private final Duration readTimeout;
    private final Duration wholeTimeout;

    /** Fetches from the public internet. */
    public ImageFetch() {
        this(PublicAddress::isPublic, READ_TIMEOUT, WHOLE_TIMEOUT);
    }

    ImageFetch(Predicate<InetAddress> reachable, Duration readTimeout, Duration wholeTimeout) {
        this.reachable = reachable;
        this.readTimeout = readTimeout;
        this.wholeTimeout = wholeTimeout;
    }

    /** What came of it. */
    public sealed interface Fetched {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record Image(byte[] bytes) implements Fetched {}

        /** {@code reason} is for the tenant. */
        record Refused(String reason) implements Fetched {}
    }

    public Fetched fetch(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return new Fetched.Refused("not a URL: " + e.getMessage());
        }
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        if (!(scheme.equals("http") || scheme.equals("https")) || host == null || uri.getRawUserInfo() != null) {
            return new Fetched.Refused("the URL must be http or https, with a host and without a user: " + url);
        }
        if (uri.getPort() == 0 || uri.getPort() > PORT_MAX) {
            return new Fetched.Refused("the port of the URL must be 1 to %d: %d".formatted(PORT_MAX, uri.getPort()));
        }
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host.replaceAll("^\\[|\\]$", ""));
            if (!Arrays.stream(addresses).allMatch(reachable)) {
                return new Fetched.Refused("the host of the URL is not on the public internet: " + host);
            }
            return within(uri, scheme.equals("https"), addresses[0]);
        } catch (UnknownHostException e) {
            return new Fetched.Refused("the host of the URL is unknown: " + host);
        }
    }

    /** The socket is closed at the deadline, which ends a read of a server that drips. */
    private Fetched within(URI uri, boolean secure, InetAddress address) {
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        try (Socket plain = new Socket()) {
            var deadline = CompletableFuture.delayedExecutor(wholeTimeout.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> close(plain), deadline);
            try {
                plain.connect(new InetSocketAddress(address, port), Math.toIntExact(CONNECT_TIMEOUT.toMillis()));
                plain.setSoTimeout(Math.toIntExact(readTimeout.toMillis()));
                return exchange(secure ? secured(plain, uri.getHost(), port) : plain, uri);
            } finally {
                closing.cancel(false);
            }
        } catch (IOException e) {
            return new Fetched.Refused("the image could not be fetched: " + e.getMessage());
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException closedAlready) {
            // Closing is all that was wanted.
        }
    }

    private static Socket secured(Socket plain, String host, int port) throws IOException {
        SSLSocket secure =
                (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, host, port, true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    private static Fetched exchange(Socket socket, URI uri) throws IOException {
        String path =
                Optional.ofNullable(uri.getRawPath()).filter(p -> !p.isEmpty()).orElse("/");
        String query = Optional.ofNullable(uri.getRawQuery()).map(q -> "?" + q).orElse("");
        String request = "GET %s%s HTTP/1.0\r\nHost: %s\r\nAccept: image/*\r\nUser-Agent: deeptrain\r\n\r\n"
                .formatted(path, query, uri.getRawAuthority());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        InputStream input = socket.getInputStream();
        String header = header(input);
        String[] status = header.lines().findFirst().orElse("").split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].equals("200")) {
            return new Fetched.Refused("the server of the URL answered %s, not 200; redirects are not followed"
                    .formatted(status.length < 2 ? "nothing that is HTTP" : status[1]));
        }
        if (header.toLowerCase(Locale.ROOT).contains("\ntransfer-encoding:")) {
            return new Fetched.Refused("the server of the URL answered in pieces, which it was not asked for");
        }
        return body(input, header);
    }

    /** As long as the server said, or else up to its end. */
    private static Fetched body(InputStream input, String header) throws IOException {
        List<String> lengths = header.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(CONTENT_LENGTH))
                .map(line -> line.substring(CONTENT_LENGTH.length()).strip())
                .distinct()
                .toList();
        if (lengths.isEmpty()) {
            byte[] bytes = input.readNBytes(ImageCheck.BYTES_MAX + 1);
            return bytes.length > ImageCheck.BYTES_MAX ? tooLarge() : new Fetched.Image(bytes);
        }
        if (lengths.size() > 1 || !LENGTH.matcher(lengths.getFirst()).matches()) {
            return new Fetched.Refused("the server of the URL told no length that can be: " + lengths);
        }
        long length = Long.parseLong(lengths.getFirst());
        if (length > ImageCheck.BYTES_MAX) {
            return tooLarge();
        }
        byte[] bytes = input.readNBytes(Math.toIntExact(length));
        return bytes.length < length
                ? new Fetched.Refused("the image ended after %d of %d bytes".formatted(bytes.length, length))
                : new Fetched.Image(bytes);
    }

    private static Fetched tooLarge() {
        return new Fetched.Refused("the image has more than %d bytes".formatted(ImageCheck.BYTES_MAX));
    }

    private static String header(InputStream input) throws IOException {
        StringBuilder header = new StringBuilder();
        while (header.length() < HEADER_BYTES_MAX) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("the server ended before its header did");
            }
            header.append((char) next);
            if (header.length() >= 4 && header.substring(header.length() - 4).equals("\r\n\r\n")) {
                return header.toString();
            }
        }
        throw new IOException("the header is longer than " + HEADER_BYTES_MAX);
    }
}
