package io.deeptrain.api.adapter.archive;

import io.deeptrain.api.input.ImageCheck;
import io.deeptrain.api.upload.ArchiveKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the images of an archive into memory, one after the other: zip, tar or tar.gz, by what its first bytes say.
 * Nothing is written by the names of entries.
 */
public final class Archive {
    private Archive() {}

    /** Why an archive is not read on. The message is for the tenant. */
    public static final class RefusedArchiveException extends Exception {
        @SuppressWarnings("MissingSummary") // The class says it.
        public RefusedArchiveException(String message) {
            super(message);
        }
    }

    /** Takes what is in an archive. */
    public interface Sink {
        /** Before the first entry: how many there will be. */
        boolean begin(long entries);

        /** An entry; one that is larger than any image is cut off where that shows. False to stop. */
        boolean entry(String name, byte[] content);
    }

    /** What is known of all entries is checked before a single one of them is taken. */
    public static void read(Path file, Sink sink) throws IOException, RefusedArchiveException {
        Optional<ArchiveKind> kind;
        try (InputStream input = Files.newInputStream(file)) {
            kind = ArchiveKind.of(input.readNBytes(ArchiveKind.BYTES));
        }
        if (kind.isEmpty()) {
            throw new RefusedArchiveException("the file is not a zip, tar or tar.gz archive");
        }
        switch (kind.get()) {
            case ZIP -> ZipArchive.read(file, sink);
            case TAR, TAR_GZ -> TarArchive.read(file, kind.get(), sink);
        }
    }

    /** An entry, up to the byte by which it is larger than any image. */
    static byte[] content(InputStream entry) throws IOException {
        return entry.readNBytes(ImageCheck.BYTES_MAX + 1);
    }

    static void refuse(Optional<String> problem) throws RefusedArchiveException {
        if (problem.isPresent()) {
            throw new RefusedArchiveException(problem.get());
        }
    }
}
