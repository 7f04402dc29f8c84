package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Paging.Mark;
import java.util.Optional;

/**
 * Part of a list: the clients' {@code page}, counted from 1, and {@code per_page}; or what comes after a mark.
 *
 * @param after where in the list this part begins; then {@code offset} is 0
 */
public record Page(long offset, int size, Optional<Mark> after) {
    public static final int SIZE_DEFAULT = 20;
    public static final int SIZE_MAX = 1000;

    /** Behind it there is nothing in any list, and whoever counts in {@code int} can still count to its end. */
    private static final long OFFSET_MAX = Integer.MAX_VALUE - SIZE_MAX;

    public Page(long offset, int size) {
        this(offset, size, Optional.empty());
    }

    /** What is left out is 0: the first page, of the default size. Both numbers are unsigned, as in the contract. */
    private static Page of(int page, int perPage) {
        int size = perPage == 0 ? SIZE_DEFAULT : (int) Math.min(Integer.toUnsignedLong(perPage), SIZE_MAX);
        long pagesBefore = Math.max(0, Integer.toUnsignedLong(page) - 1);
        return new Page(Math.min(pagesBefore * size, OFFSET_MAX), size);
    }

    /** Of a list that can go on behind the caller's cursor, if they bring one. */
    public static Page of(Caller caller, int page, int perPage) {
        Page counted = of(page, perPage);
        Optional<Mark> after = caller.paging().after();
        return after.isPresent() ? new Page(0, counted.size(), after) : counted;
    }

    /** Of a list that never changes, whose marks count what was seen. */
    public static Page ofFixed(Caller caller, int page, int perPage) {
        Page asked = of(caller, page, perPage);
        return asked.after()
                .map(seen -> new Page(Math.min(seen.position(), OFFSET_MAX), asked.size()))
                .orElse(asked);
    }

    /** What a position in an ascending list must be greater than. */
    long above() {
        return after.map(Mark::position).orElse(Long.MIN_VALUE);
    }

    /** What a position in a descending list must be less than. */
    long below() {
        return after.map(Mark::position).orElse(Long.MAX_VALUE);
    }

    /** The first row of it for Hibernate. */
    int firstRow() {
        return Math.toIntExact(offset);
    }

    /** The last row of it for Hibernate. */
    int lastRow() {
        return Math.toIntExact(offset + size - 1);
    }
}
