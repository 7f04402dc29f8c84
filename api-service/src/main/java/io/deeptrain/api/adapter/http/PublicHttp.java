package io.deeptrain.api.adapter.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Talks to servers that tenants name by URL: only http and https, only public addresses, no redirects, no more bytes
 * than asked for, no longer than a few seconds.
 *
 * <p>The name is resolved once, and the connection goes to the address that was judged; a name that resolves to
 * something else a moment later leads nowhere. That is why the request is written here, by hand, as HTTP/1.0: the JDK's
 * client resolves names by itself.
 */
final class PublicHttp {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int HEADER_BYTES_MAX = 32 << 10;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int PORT_MAX = 65_535;
    private static final Pattern STATUS = Pattern.compile("[1-5][0-9]{2}");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final String CONTENT_LENGTH = "content-length:";

    private final Predicate<InetAddress> reachable;
    private final Duration readTimeout;
    private final Duration wholeTimeout;

    private final long bodyBytesMax;

    /** @param reachable which addresses may be talked to */
    @SuppressWarnings("MissingSummary") // The class says it.
    PublicHttp(Predicate<InetAddress> reachable, Duration readTimeout, Duration wholeTimeout, long bodyBytesMax) {
        this.reachable = reachable;
        this.readTimeout = readTimeout;
        this.wholeTimeout = wholeTimeout;
        this.bodyBytesMax = bodyBytesMax;
    }

    /** What came of it. */
    sealed interface Outcome {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record Answered(int status, byte[] body) implements Outcome {}

        /** {@code reason} is for the tenant. */
        record Failed(String reason) implements Outcome {}
    }

    /** A request. {@code body} may be empty. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
    record Request(String method, String url, Map<String, String> headers, byte[] body) {}

    /** With the body of what is answered. */
    Outcome send(Request request) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        return switch (send(request, body)) {
            case Outcome.Answered(int status, var _) -> new Outcome.Answered(status, body.toByteArray());
            case Outcome.Failed failed -> failed;
        };
    }

    /**
     * Writes the body of a success into {@code into}, which may end the call by an exception, instead of the answer.
     */
    Outcome send(Request request, OutputStream into) {
        String url = request.url();
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return new Outcome.Failed("not a URL: " + e.getMessage());
        }
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        if (!(scheme.equals("http") || scheme.equals("https")) || host == null || uri.getRawUserInfo() != null) {
            return new Outcome.Failed("the URL must be http or https, with a host and without a user: " + url);
        }
        if (uri.getPort() == 0 || uri.getPort() > PORT_MAX) {
            return new Outcome.Failed("the port of the URL must be 1 to %d: %d".formatted(PORT_MAX, uri.getPort()));
        }
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host.replaceAll("^\\[|\\]$", ""));
            if (!Arrays.stream(addresses).allMatch(reachable)) {
                return new Outcome.Failed("the host of the URL is not on the public internet: " + host);
            }
            return within(request, uri, scheme.equals("https"), addresses[0], into);
        } catch (UnknownHostException e) {
            return new Outcome.Failed("the host of the URL is unknown: " + host);
        }
    }

    /** The socket is closed at the deadline, which ends a read of a server that drips. */
    private Outcome within(Request request, URI uri, boolean secure, InetAddress address, OutputStream into) {
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        try (Socket plain = new Socket()) {
            var deadline = CompletableFuture.delayedExecutor(wholeTimeout.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> close(plain), deadline);
            try {
                plain.connect(new InetSocketAddress(address, port), Math.toIntExact(CONNECT_TIMEOUT.toMillis()));
                plain.setSoTimeout(Math.toIntExact(readTimeout.toMillis()));
                return exchange(request, secure ? secured(plain, uri.getHost(), port) : plain, uri, into);
            } finally {
                closing.cancel(false);
            }
        } catch (IOException e) {
            return new Outcome.Failed("it could not be reached: " + e.getMessage());
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

    private Outcome exchange(Request request, Socket socket, URI uri, OutputStream into) throws IOException {
        String path =
                Optional.ofNullable(uri.getRawPath()).filter(p -> !p.isEmpty()).orElse("/");
        String query = Optional.ofNullable(uri.getRawQuery()).map(q -> "?" + q).orElse("");
        StringBuilder head = new StringBuilder("%s %s%s HTTP/1.0\r\nHost: %s\r\nUser-Agent: deeptrain\r\n"
                .formatted(request.method(), path, query, uri.getRawAuthority()));
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        if (request.body().length > 0) {
            head.append("Content-Length: ").append(request.body().length).append("\r\n");
        }
        head.append("\r\n");
        socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().write(request.body());
        socket.getOutputStream().flush();
        InputStream input = socket.getInputStream();
        String header = header(input);
        String[] status = header.lines().findFirst().orElse("").split(" ", 3);
        if (status.length < 2
                || !status[0].startsWith("HTTP/1.")
                || !STATUS.matcher(status[1]).matches()) {
            return new Outcome.Failed("the server of the URL answered nothing that is HTTP");
        }
        int code = Integer.parseInt(status[1]);
        if (code / 100 != 2) {
            return new Outcome.Answered(code, new byte[0]);
        }
        if (header.toLowerCase(Locale.ROOT).contains("\ntransfer-encoding:")) {
            return new Outcome.Failed("the server of the URL answered in pieces, which it was not asked for");
        }
        return body(code, input, header, into);
    }

    /** As long as the server said, or else up to its end. */
    private Outcome body(int status, InputStream input, String header, OutputStream into) throws IOException {
        List<String> lengths = header.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(CONTENT_LENGTH))
                .map(line -> line.substring(CONTENT_LENGTH.length()).strip())
                .distinct()
                .toList();
        if (lengths.isEmpty()) {
            return copied(input, into, bodyBytesMax + 1) > bodyBytesMax
                    ? tooLarge()
                    : new Outcome.Answered(status, new byte[0]);
        }
        if (lengths.size() > 1 || !LENGTH.matcher(lengths.getFirst()).matches()) {
            return new Outcome.Failed("the server of the URL told no length that can be: " + lengths);
        }
        long length = Long.parseLong(lengths.getFirst());
        if (length > bodyBytesMax) {
            return tooLarge();
        }
        long copied = copied(input, into, length);
        return copied < length
                ? new Outcome.Failed("it ended after %d of %d bytes".formatted(copied, length))
                : new Outcome.Answered(status, new byte[0]);
    }

    private static long copied(InputStream input, OutputStream into, long bytesMax) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long copied = 0;
        while (copied < bytesMax) {
            int read = input.read(buffer, 0, (int) Math.min(buffer.length, bytesMax - copied));
            if (read < 0) {
                break;
            }
            into.write(buffer, 0, read);
            copied += read;
        }
        return copied;
    }

    private Outcome tooLarge() {
        return new Outcome.Failed("it has more than %d bytes".formatted(bodyBytesMax));
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
