package io.deeptrain.api.adapter.postgres;

/** Part of a list: the clients' {@code page}, counted from 1, and {@code per_page}. */
public record Page(long offset, int size) {
    public static final int SIZE_DEFAULT = 20;
    public static final int SIZE_MAX = 1000;

    /** Behind it there is nothing in any list, and whoever counts in {@code int} can still count to its end. */
    private static final long OFFSET_MAX = Integer.MAX_VALUE - SIZE_MAX;

    /** What is left out is 0: the first page, of the default size. Both numbers are unsigned, as in the contract. */
    public static Page of(int page, int perPage) {
        int size = perPage == 0 ? SIZE_DEFAULT : (int) Math.min(Integer.toUnsignedLong(perPage), SIZE_MAX);
        long pagesBefore = Math.max(0, Integer.toUnsignedLong(page) - 1);
        return new Page(Math.min(pagesBefore * size, OFFSET_MAX), size);
    }
}
