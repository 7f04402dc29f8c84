package io.deeptrain.api.adapter.archive;

import io.deeptrain.api.adapter.archive.Archive.RefusedArchiveException;
import io.deeptrain.api.upload.ArchiveKind;
import io.deeptrain.api.upload.ArchiveRules;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive, which has no directory: once from end to end to know what is in it, and once more for the
 * images.
 *
 * <p>Only files and folders are taken. A link, a device or a sparse file in an archive of images is somebody's attempt
 * at something else.
 */
final class TarArchive {
    /** What may stand between two entries: their headers, long names and attributes. */
    private static final long HEADERS_MAX = 1 << 20;

    private static final int BUFFER = 1 << 16;
    private static final int BLOCK = 512;

    private TarArchive() {}

    static void read(Path file, ArchiveKind kind, Archive.Sink sink) throws IOException, RefusedArchiveException {
        long size = Files.size(file);
        long images = 0;
        try {
            try (Reading reading = Reading.of(file, kind)) {
                images = counted(reading, size);
            }
            if (sink.begin(images)) {
                try (Reading reading = Reading.of(file, kind)) {
                    take(reading, sink);
                }
            }
        } catch (IOException | IllegalArgumentException damaged) {
            throw new RefusedArchiveException("the archive is damaged: " + damaged.getMessage());
        }
    }

    /** How many images there are, once all that the archive says of itself has been checked. */
    private static long counted(Reading reading, long archive) throws IOException, RefusedArchiveException {
        long images = 0;
        long entries = 0;
        long unfolded = 0;
        for (TarArchiveEntry entry = reading.next(); entry != null; entry = reading.next()) {
            entries++;
            unfolded += entry.getSize();
            Archive.refuse(ArchiveRules.countProblem(entries));
            Archive.refuse(ArchiveRules.sizeProblem(unfolded, archive));
            if (!isPlain(entry)) {
                throw new RefusedArchiveException(
                        "the entry '%s' is a link, a device or a sparse file but must be a file or a folder"
                                .formatted(entry.getName().replaceAll("\\p{Cntrl}", "?")));
            }
            String name = name(entry);
            if (!(name.isEmpty() && entry.isDirectory())) {
                Archive.refuse(ArchiveRules.nameProblem(name));
            }
            images += isImage(entry) ? 1 : 0;
        }
        return images;
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return switch (entry.getLinkFlag()) {
            case TarConstants.LF_OLDNORM, TarConstants.LF_NORMAL, TarConstants.LF_CONTIG, TarConstants.LF_DIR ->
                !entry.isSparse();
            default -> false;
        };
    }

    /** Archives of a whole folder are often made from within it: its entries begin with a dot for where that was. */
    private static String name(TarArchiveEntry entry) {
        return entry.getName().replaceFirst("^(\\./)+", "");
    }

    private static void take(Reading reading, Archive.Sink sink) throws IOException {
        boolean goesOn = true;
        for (TarArchiveEntry entry = reading.next(); entry != null && goesOn; entry = reading.next()) {
            goesOn = !isImage(entry) || sink.entry(name(entry), Archive.content(reading.entries));
        }
    }

    private static boolean isImage(TarArchiveEntry entry) {
        return !entry.isDirectory() && !ArchiveRules.isPassedOver(name(entry));
    }

    /**
     * An archive on its way through the reader, which takes names and attributes into memory whatever their length: it
     * gets no more bytes than the entry in hand has and a little for what stands between two of them.
     */
    private static final class Reading implements AutoCloseable {
        private final Metered metered;
        private final TarArchiveInputStream entries;

        /** The bytes of the entry in hand, read or not, with what fills up its last block. */
        private long inHand;

        private Reading(Metered metered) {
            this.metered = metered;
            this.entries = new TarArchiveInputStream(metered, StandardCharsets.UTF_8.name());
        }

        static Reading of(Path file, ArchiveKind kind) throws IOException {
            InputStream bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER);
            try {
                return new Reading(
                        new Metered(kind == ArchiveKind.TAR_GZ ? new GZIPInputStream(bytes, BUFFER) : bytes));
            } catch (IOException | RuntimeException noGzip) {
                bytes.close();
                throw noGzip;
            }
        }

        @Nullable
        TarArchiveEntry next() throws IOException {
            metered.allow(Math.addExact(inHand, HEADERS_MAX));
            TarArchiveEntry entry = entries.getNextEntry();
            if (entry != null) {
                inHand = Math.addExact(entry.getSize(), BLOCK);
                metered.allow(inHand);
            }
            return entry;
        }

        @Override
        public void close() throws IOException {
            entries.close();
        }
    }

    /** Gives no more bytes than it is allowed. */
    private static final class Metered extends FilterInputStream {
        private long left;

        Metered(InputStream bytes) {
            super(bytes);
        }

        /** So many from here. */
        void allow(long bytes) {
            left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int start, int length) throws IOException {
            if (left <= 0) {
                throw new IOException("there are more than %d bytes between two entries".formatted(HEADERS_MAX));
            }
            int read = super.read(bytes, start, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            byte[] skipped = new byte[(int) Math.min(BUFFER, Math.max(bytes, 0))];
            int read = skipped.length == 0 ? 0 : read(skipped, 0, skipped.length);
            return Math.max(read, 0);
        }
    }
}
