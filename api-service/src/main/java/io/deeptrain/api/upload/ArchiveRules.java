package io.deeptrain.api.upload;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What an archive may hold. Its names are never used as paths, but one that leads outside is no archive of images. */
public final class ArchiveRules {
    public static final int ENTRIES_MAX = 100_000;
    public static final int NAME_LENGTH_MAX = 1024;
    public static final long BYTES_MAX = 20L << 30;

    /** Images are compressed already: an archive that unfolds to more than this many times its size is a bomb. */
    public static final long RATIO_MAX = 100;

    /** Small archives may unfold as they like. */
    public static final long RATIO_FREE_BYTES = 10L << 20;

    /** A server that sends less than this on average keeps the archives of others waiting. */
    public static final long FETCHED_BYTES_A_SECOND_MIN = 16 << 10;

    /** Until then it may send as it likes. */
    public static final Duration FETCH_GRACE = Duration.ofSeconds(30);

    private static final String MAC_FOLDER = "__MACOSX";

    private ArchiveRules() {}

    /** What is wrong with the name of an entry. */
    public static Optional<String> nameProblem(String name) {
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
            return Optional.of("an entry's name has %d characters but must have 1 to %d"
                    .formatted(name.length(), NAME_LENGTH_MAX));
        }
        boolean leadsOut = name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf(':') >= 0
                || segments(name).contains("..");
        return leadsOut || name.chars().anyMatch(Character::isISOControl)
                ? Optional.of("an entry's name is '%s' but must be a relative path within the archive"
                        .formatted(name.replaceAll("\\p{Cntrl}", "?")))
                : Optional.empty();
    }

    public static Optional<String> countProblem(long entries) {
        return entries <= ENTRIES_MAX
                ? Optional.empty()
                : Optional.of("the archive holds %d entries but must hold at most %d".formatted(entries, ENTRIES_MAX));
    }

    /** @param unfolded bytes so far */
    @SuppressWarnings("MissingSummary") // The name says it.
    public static Optional<String> sizeProblem(long unfolded, long archive) {
        if (unfolded > BYTES_MAX) {
            return Optional.of("the archive unfolds to more than %d bytes".formatted(BYTES_MAX));
        }
        return unfolded > RATIO_FREE_BYTES && unfolded / RATIO_MAX > archive
                ? Optional.of("the archive unfolds to more than %d times its size".formatted(RATIO_MAX))
                : Optional.empty();
    }

    /** @param bytes that have been fetched in the time */
    @SuppressWarnings("MissingSummary") // The name says it.
    public static Optional<String> rateProblem(long bytes, Duration time) {
        return time.compareTo(FETCH_GRACE) > 0 && bytes / time.toSeconds() < FETCHED_BYTES_A_SECOND_MIN
                ? Optional.of("the server of the URL sent %d bytes in %d seconds but must send at least %d a second"
                        .formatted(bytes, time.toSeconds(), FETCHED_BYTES_A_SECOND_MIN))
                : Optional.empty();
    }

    /** Folders, and what operating systems leave in archives, are passed over. */
    public static boolean isPassedOver(String name) {
        return name.endsWith("/")
                || segments(name).stream().anyMatch(segment -> segment.startsWith(".") || segment.equals(MAC_FOLDER));
    }

    /** The folder that an entry lies in, if it lies in one. */
    public static Optional<String> folder(String name) {
        List<String> segments = segments(name);
        return segments.size() < 2 ? Optional.empty() : Optional.of(segments.get(segments.size() - 2));
    }

    private static List<String> segments(String name) {
        return Arrays.asList(name.split("/"));
    }
}
