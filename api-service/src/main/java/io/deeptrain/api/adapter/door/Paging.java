package io.deeptrain.api.adapter.door;

import io.deeptrain.api.status.StatusCode;
import java.util.Optional;

/**
 * Where a long list goes on, for callers who follow {@code Link} headers instead of counting pages. However far down, a
 * page costs the same, and what is added or deleted meanwhile neither repeats nor hides anything. One of these belongs
 * to one call.
 */
public final class Paging {
    private static final int RADIX = 36;
    private static final String FORM = "[0-9a-z]{1,12}(-[0-9a-z]{1,12})?";
    private static final char BETWEEN = '-';

    /**
     * Where a list was left.
     *
     * @param rank what the list is sorted by, if that is not the position alone
     * @param position tells apart those of the same rank
     */
    public record Mark(long rank, long position) {
        /** In a list that is sorted by position. */
        public static Mark at(long position) {
            return new Mark(0, position);
        }
    }

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
     * Behind what to go on.
     *
     * @throws Refusal if the cursor is none that this service gave
     */
    public Optional<Mark> after() {
        used = true;
        if (cursor.isEmpty()) {
            return Optional.empty();
        }
        if (!cursor.get().matches(FORM)) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "cursor is '%s' but must be that of a Link header, as it stands there".formatted(cursor.get()));
        }
        int between = cursor.get().indexOf(BETWEEN);
        return Optional.of(new Mark(
                between < 0 ? 0 : number(cursor.get().substring(0, between)),
                number(cursor.get().substring(between + 1))));
    }

    private static long number(String text) {
        return Long.parseLong(text, RADIX);
    }

    /** The page is full and ends here. */
    public void goesOnAfter(Mark end) {
        String position = Long.toString(end.position(), RADIX);
        next = Optional.of(end.rank() == 0 ? position : Long.toString(end.rank(), RADIX) + BETWEEN + position);
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
