package io.deeptrain.worker.adapter.objects;

import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.security.DigestInputStream;
import java.util.HexFormat;

/**
 * The bytes of an object while they are read. What was made of them is to be used only when {@link #requireStored} has
 * returned: until then they may be anybody's.
 */
final class StoredBytes implements AutoCloseable {
    private final StoredObject object;
    private final DigestInputStream digested;
    private final Counted counted;

    private StoredBytes(StoredObject object, InputStream input) {
        this.object = object;
        this.digested = new DigestInputStream(input, ObjectArchive.sha256());
        this.counted = new Counted(digested, object.sizeBytes() + 1);
    }

    /** Refuses an object of more bytes, before it asks for the first. */
    static StoredBytes open(ObjectStore store, StoredObject object, long bytesMax)
            throws IOException, CorruptObjectException {
        if (object.sizeBytes() > bytesMax) {
            throw new CorruptObjectException(
                    "%s has %d bytes, more than %d".formatted(object.key(), object.sizeBytes(), bytesMax));
        }
        try {
            return new StoredBytes(object, store.open(object.key()));
        } catch (NoSuchFileException missing) {
            throw new CorruptObjectException("%s is not there".formatted(object.key()), missing);
        }
    }

    /** Ends, at the latest, one byte after the object's end should be. */
    InputStream stream() {
        return counted;
    }

    /** Reads what is left, and compares the whole with what was stored. */
    void requireStored() throws IOException, CorruptObjectException {
        counted.transferTo(OutputStream.nullOutputStream());
        String sha256 = HexFormat.of().formatHex(digested.getMessageDigest().digest());
        if (counted.count != object.sizeBytes() || !sha256.equals(object.sha256())) {
            throw new CorruptObjectException(
                    "%s is not the object that was stored: %s bytes with the hash %s, not %d with %s"
                            .formatted(
                                    object.key(),
                                    counted.count > object.sizeBytes() ? "more" : String.valueOf(counted.count),
                                    sha256,
                                    object.sizeBytes(),
                                    object.sha256()));
        }
    }

    @Override
    public void close() throws IOException {
        digested.close();
    }

    /** The first bytes of a stream, counted. */
    private static final class Counted extends InputStream {
        private final InputStream whole;
        private final long most;
        private long count;

        Counted(InputStream whole, long most) {
            this.whole = whole;
            this.most = most;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (count == most) {
                return length == 0 ? 0 : -1;
            }
            int read = whole.read(buffer, offset, (int) Math.min(length, most - count));
            count += Math.max(read, 0);
            return read;
        }
    }
}
