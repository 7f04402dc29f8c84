package io.deeptrain.api.adapter.door;

import io.deeptrain.api.status.StatusCode;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a long list goes on, for callers who follow {@code Link} headers instead of counting pages. However far down, a
 * page costs the same, and what is added or deleted meanwhile neither repeats nor hides anything. One of these belongs
 * to one call.
 */
public final class Paging {
    private static final int RADIX = 36;
    private static final String FORM = "[0-9a-z]{1,12}";

    private final Optional<String> cursor;
    private boolean used;
    private Optional<String> next = Optional.empty();

    private Paging(Optional<String> cursor) {
        this.cursor = cursor;
    }

    /** Of a call that brings no cursor. */
    public static Paging none() {
        return new Paging(Optional.empty());
    }

    /** Of a call that may bring one. */
    public static Paging from(Optional<String> cursor) {
        return new Paging(cursor);
    }

    /**
     * The position in the list behind which to go on.
     *
     * @throws Refusal if the cursor is none that this service gave
     */
    public OptionalLong after() {
        used = true;
        if (cursor.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!cursor.get().matches(FORM)) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "cursor is '%s' but must be that of a Link header, as it stands there".formatted(cursor.get()));
        }
        return OptionalLong.of(Long.parseLong(cursor.get(), RADIX));
    }

    /** The page is full and ends at this position. */
    public void goesOnAfter(long position) {
        next = Optional.of(Long.toString(position, RADIX));
    }

    /** The cursor of the next page, if there may be one. */
    public Optional<String> next() {
        return next;
    }

    /** Whether the call brought a cursor that it cannot use. */
    public boolean isIgnored() {
        return cursor.isPresent() && !used;
    }
}
