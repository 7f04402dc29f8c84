package io.deeptrain.api.adapter.rest;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The body of an answer, written chunk by chunk by a thread that may block. It waits until the connection has taken
 * each chunk, so that a slow reader fills no memory. Whoever writes must close it: a body that is not ended is half a
 * file.
 */
final class ResponseStream extends OutputStream {
    /** A reader that takes nothing for so long is gone. */
    private static final long CHUNK_TIMEOUT_SECONDS = 60;

    private final HttpServerResponse response;

    ResponseStream(HttpServerResponse response) {
        this.response = response;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        taken(response.write(Buffer.buffer(length).appendBytes(bytes, offset, length)));
    }

    /** Ends the answer. */
    void end() throws IOException {
        taken(response.end());
    }

    private static void taken(Future<Void> written) throws IOException {
        try {
            written.toCompletionStage().toCompletableFuture().get(CHUNK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the reader is gone", e);
        }
    }
}
