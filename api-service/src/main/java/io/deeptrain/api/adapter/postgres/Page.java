package io.deeptrain.api.adapter.postgres;

/** Part of a list: the clients' {@code page}, counted from 1, and {@code per_page}. */
public record Page(long offset, int size) {
    public static final int SIZE_DEFAULT = 20;
    public static final int SIZE_MAX = 1000;

    /** What is left out is 0: the first page, of the default size. */
    public static Page of(int page, int perPage) {
        int size = perPage <= 0 ? SIZE_DEFAULT : Math.min(perPage, SIZE_MAX);
        return new Page((long) Math.max(0, page - 1) * size, size);
    }
}
