package io.deeptrain.api.upload;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The parts of a file that have come so far, in the order of their places. They do not overlap. */
public record UploadParts(long contentLength, List<Part> parts) {
    public static final long BYTES_MAX = 10L << 30;
    public static final int PARTS_MAX = 10_000;

    /** A part: where in the file it begins, and how many bytes it has. */
    public record Part(long start, long sizeBytes) {
        long end() {
            return start + sizeBytes;
        }
    }

    public UploadParts {
        parts = parts.stream().sorted(Comparator.comparingLong(Part::start)).toList();
    }

    /** What becomes of a part that comes. */
    public sealed interface Placement {
        record Fits(UploadParts after) implements Placement {}

        /** A part of the same place and size is there: it is sent again after a failure. */
        record Repeats() implements Placement {}

        /** {@code reason} is for the caller. */
        record Refused(String reason) implements Placement {}
    }

    public Placement place(Part part) {
        if (part.sizeBytes() <= 0) {
            return new Placement.Refused("content_parts.data is empty but must have at least one byte");
        }
        if (part.start() < 0 || part.start() > contentLength - part.sizeBytes()) {
            return new Placement.Refused(
                    "content_parts.range_start is '%d' and the part has %d bytes, but must end within the %d bytes of the file"
                            .formatted(part.start(), part.sizeBytes(), contentLength));
        }
        if (parts.contains(part)) {
            return new Placement.Repeats();
        }
        Optional<Part> overlapped = parts.stream()
                .filter(known -> known.start() < part.end() && part.start() < known.end())
                .findFirst();
        if (overlapped.isPresent()) {
            return new Placement.Refused(
                    "content_parts.range_start is '%d' and the part has %d bytes, but must not overlap the part at %d with %d bytes"
                            .formatted(
                                    part.start(),
                                    part.sizeBytes(),
                                    overlapped.get().start(),
                                    overlapped.get().sizeBytes()));
        }
        if (parts.size() >= PARTS_MAX) {
            return new Placement.Refused("the file has %d parts but must have at most that many".formatted(PARTS_MAX));
        }
        List<Part> after = new ArrayList<>(parts);
        after.add(part);
        return new Placement.Fits(new UploadParts(contentLength, after));
    }

    /** Where to go on: the first byte that has not come. */
    public Optional<Long> firstMissing() {
        long end = 0;
        for (Part part : parts) {
            if (part.start() > end) {
                return Optional.of(end);
            }
            end = part.end();
        }
        return end < contentLength ? Optional.of(end) : Optional.empty();
    }

    public int percent() {
        return (int) (100 * parts.stream().mapToLong(Part::sizeBytes).sum() / contentLength);
    }
}
