package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Paging.Mark;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list, and where the list goes on behind it.
 *
 * @param end of its last item, if the page is full
 */
public record Slice<T>(List<T> items, Optional<Mark> end) {
    public Slice {
        items = List.copyOf(items);
    }

    private record Placed<T>(T item, Mark mark) {}

    /** The items for a caller, who is told where the list goes on. */
    public List<T> shownTo(Caller caller) {
        end.ifPresent(caller.paging()::goesOnAfter);
        return items;
    }

    /**
     * A page of a list that never changes, whose mark is how many items were seen.
     *
     * @param page made by {@link Page#ofFixed}
     */
    public static <T> Slice<T> ofFixed(List<T> pageItems, Page page) {
        return new Slice<>(
                pageItems,
                pageItems.size() == page.size() ? Optional.of(Mark.at(page.offset() + page.size())) : Optional.empty());
    }

    /** The rows of a statement that has as many as fit on the page, and a column {@code position}. */
    static <T> Slice<T> read(
            Connection connection, Page page, String sql, Sql.Reading<T> reading, @Nullable Object... arguments)
            throws SQLException {
        return read(connection, page, sql, reading, row -> Mark.at(row.getLong("position")), arguments);
    }

    /** As {@link #read}, of a list in an order of its own. */
    static <T> Slice<T> read(
            Connection connection,
            Page page,
            String sql,
            Sql.Reading<T> reading,
            Sql.Reading<Mark> mark,
            @Nullable Object... arguments)
            throws SQLException {
        return of(
                Sql.list(connection, sql, (ResultSet row) -> new Placed<>(reading.of(row), mark.of(row)), arguments)
                        .stream(),
                page,
                Placed::item,
                Placed::mark);
    }

    /** Of rows in the order of their marks, no more than fit on the page. */
    static <R, T> Slice<T> of(Stream<R> rows, Page page, Function<R, T> item, Function<R, Mark> mark) {
        List<R> all = rows.toList();
        return new Slice<>(
                all.stream().map(item).toList(),
                all.size() == page.size() ? Optional.of(mark.apply(all.getLast())) : Optional.empty());
    }
}
