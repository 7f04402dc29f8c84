package io.deeptrain.objects.adapter.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Content that was read to its end, in a temporary file of this machine: only then are its length and its hash known,
 * and it can be sent again if a connection breaks.
 *
 * @param sha256 in hexadecimal digits
 */
record Spooled(Path file, String sha256, long sizeBytes) implements AutoCloseable {
    static Spooled of(InputStream content) throws IOException {
        Path file = Files.createTempFile("deeptrain-object-", null);
        // The stream is the caller's to close.
        DigestInputStream digested = new DigestInputStream(content, digest());
        try (OutputStream output = Files.newOutputStream(file)) {
            long sizeBytes = digested.transferTo(output);
            return new Spooled(file, hex(digested.getMessageDigest()), sizeBytes);
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /** Some of the bytes, from the first on. */
    InputStream part(long offset, long length) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(offset);
        return new Limited(Channels.newInputStream(channel), length);
    }

    String sha256OfPart(long offset, long length) throws IOException {
        MessageDigest digest = digest();
        try (InputStream part = new DigestInputStream(part(offset, length), digest)) {
            part.transferTo(OutputStream.nullOutputStream());
        }
        return hex(digest);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** The first bytes of a stream. */
    private static final class Limited extends InputStream {
        private final InputStream whole;
        private long left;

        Limited(InputStream whole, long length) {
            this.whole = whole;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int read = whole.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }

        @Override
        public void close() throws IOException {
            whole.close();
        }
    }
}
