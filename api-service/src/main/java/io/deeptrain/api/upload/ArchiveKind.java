package io.deeptrain.api.upload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The archives that are taken apart, told by their first bytes: a name says what somebody thinks a file is. */
public enum ArchiveKind {
    ZIP,
    /** POSIX ustar and what has grown from it. */
    TAR,
    /** The same in one or more gzip members. What is in them shows when they are read. */
    TAR_GZ;

    /** So many of the first bytes tell. */
    public static final int BYTES = 512;

    private static final int USTAR_AT = 257;
    private static final byte[] USTAR = "ustar".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] ZIP_ENTRY = {'P', 'K', 3, 4};
    private static final byte[] ZIP_EMPTY = {'P', 'K', 5, 6};

    public static Optional<ArchiveKind> of(byte[] beginning) {
        if (isAt(beginning, 0, ZIP_ENTRY) || isAt(beginning, 0, ZIP_EMPTY)) {
            return Optional.of(ZIP);
        }
        if (isAt(beginning, 0, GZIP)) {
            return Optional.of(TAR_GZ);
        }
        return isAt(beginning, USTAR_AT, USTAR) ? Optional.of(TAR) : Optional.empty();
    }

    private static boolean isAt(byte[] bytes, int at, byte[] magic) {
        return bytes.length >= at + magic.length && Arrays.equals(bytes, at, at + magic.length, magic, 0, magic.length);
    }
}
