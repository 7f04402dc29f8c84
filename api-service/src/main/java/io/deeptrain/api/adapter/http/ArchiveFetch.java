package io.deeptrain.api.adapter.http;

import io.deeptrain.api.adapter.http.PublicHttp.Outcome;
import io.deeptrain.api.adapter.http.PublicHttp.Request;
import io.deeptrain.api.upload.UploadParts;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Fetches an archive that a tenant names by its URL into a file, and nothing else. */
@ApplicationScoped
public class ArchiveFetch {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration WHOLE_TIMEOUT = Duration.ofMinutes(30);
    private static final int OK = 200;

    private final PublicHttp http;

    /** Fetches from the public internet. */
    public ArchiveFetch() {
        this(PublicAddress::isPublic, READ_TIMEOUT, WHOLE_TIMEOUT, UploadParts.BYTES_MAX);
    }

    ArchiveFetch(Predicate<InetAddress> reachable, Duration readTimeout, Duration wholeTimeout, long bytesMax) {
        http = new PublicHttp(reachable, readTimeout, wholeTimeout, bytesMax);
    }

    /** Is told how many bytes have come each time that more do. */
    @FunctionalInterface
    public interface Progress {
        /** Why no more are wanted; nothing to go on. */
        Optional<String> come(long bytes);
    }

    /** Why it did not come, for the tenant; nothing if it did. */
    public Optional<String> fetch(String url, Path into, Progress progress) {
        try (Counting counting = new Counting(Files.newOutputStream(into), progress)) {
            Outcome outcome = http.send(new Request("GET", url, Map.of("Accept", "*/*"), new byte[0]), counting);
            if (counting.unwanted.isPresent()) {
                return counting.unwanted;
            }
            return switch (outcome) {
                case Outcome.Answered(int status, var _) ->
                    status == OK
                            ? Optional.empty()
                            : Optional.of("the server of the URL answered %d, not 200; redirects are not followed"
                                    .formatted(status));
                case Outcome.Failed(String reason) -> Optional.of("the archive could not be fetched: " + reason);
            };
        } catch (IOException e) {
            throw new UncheckedIOException("an archive cannot be kept while it is taken apart", e);
        }
    }

    private static final class Counting extends OutputStream {
        private final OutputStream file;
        private final Progress progress;
        private long bytes;
        private Optional<String> unwanted = Optional.empty();

        Counting(OutputStream file, Progress progress) {
            this.file = file;
            this.progress = progress;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] some, int start, int length) throws IOException {
            try {
                file.write(some, start, length);
            } catch (IOException disk) {
                throw new UncheckedIOException("an archive cannot be kept while it is taken apart", disk);
            }
            bytes += length;
            unwanted = progress.come(bytes);
            if (unwanted.isPresent()) {
                throw new IOException(unwanted.get());
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
