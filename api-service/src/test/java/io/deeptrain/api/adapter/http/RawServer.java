package io.deeptrain.api.adapter.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that answers every request with the same bytes, and what else a test wants it to do. */
final class RawServer implements AutoCloseable {
    /** Answers one request. The connection ends when this returns. */
    @FunctionalInterface
    interface Answer {
        void to(OutputStream caller, CountDownLatch closing) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final Answer answer;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    private RawServer(Answer answer) throws IOException {
        this.answer = answer;
        this.socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    static RawServer answering(Answer answer) throws IOException {
        RawServer server = new RawServer(answer);
        Thread.ofVirtual().start(server::serve);
        return server;
    }

    static RawServer answering(String header, byte[] body) throws IOException {
        return answering((caller, _) -> {
            caller.write(header.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            caller.write(body);
        });
    }

    /** Takes the request and never says a word. */
    static RawServer silent() throws IOException {
        return answering((_, closing) -> closing.await());
    }

    /** One byte after the other, each in time, without an end. */
    static RawServer dripping(String header) throws IOException {
        return answering((caller, closing) -> {
            caller.write(header.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            do {
                caller.write('x');
                caller.flush();
            } while (!closing.await(5, TimeUnit.MILLISECONDS));
        });
    }

    String url(String path) {
        return "http://127.0.0.1:%d%s".formatted(socket.getLocalPort(), path);
    }

    /** The header of each request so far, as it came. */
    BlockingQueue<String> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        socket.close();
    }

    private void serve() {
        while (closing.getCount() > 0) {
            try (Socket caller = socket.accept()) {
                requests.add(header(caller.getInputStream()));
                answer.to(caller.getOutputStream(), closing);
            } catch (IOException callerIsGone) {
                // The next one may stay.
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static String header(InputStream input) throws IOException {
        StringBuilder header = new StringBuilder();
        while (header.indexOf("\r\n\r\n") < 0) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("the caller left");
            }
            header.append((char) next);
        }
        return header.toString();
    }
}
