package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.search.Condition;
import io.deeptrain.api.search.Criterion;
import io.deeptrain.api.search.Embedding;
import io.deeptrain.api.search.InputSearch;
import io.deeptrain.api.search.Likeness;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Finds inputs. */
public final class Searches {
    private static final float SCORE_ABOVE_ALL = 2;

    /** Vectors are read as they come, so that they need not fit into memory together. */
    private static final int ROWS_AT_ONCE = 1_000;

    private Searches() {}

    /** An input that was found. */
    public record Scored(LabelledImage image, float score) {}

    /** Text of SQL and the arguments of its question marks. */
    private record Part(String sql, List<Object> arguments) {}

    /** The best first; of equal ones the older first. */
    public static Slice<Scored> find(Connection connection, Tenant tenant, InputSearch search, Page page)
            throws SQLException {
        Part hits = hits(connection, tenant, search);
        List<Object> arguments = new ArrayList<>(hits.arguments());
        float scoreSeen = page.after().map(Searches::score).orElse(SCORE_ABOVE_ALL);
        arguments.add(scoreSeen);
        arguments.add(scoreSeen);
        arguments.add(page.above());
        arguments.add(page.offset());
        arguments.add(page.size());
        arguments.add(tenant.userId());
        arguments.add(tenant.appId());
        return Slice.read(
                connection,
                page,
                """
                with hits as (
                    select * from (%s) scored where score < ? or score = ? and position > ? order by score desc, position offset ? limit ?
                )
                select %s, hits.score, hits.position
                from hits join input i on i.input_id = hits.input_id
                where i.user_id = ? and i.app_id = ?
                order by hits.score desc, i.position
                """.formatted(hits.sql(), Inputs.COLUMNS),
                row -> new Scored(Inputs.read(row), row.getFloat(Inputs.COLUMN_COUNT + 1)),
                row -> new Mark(Float.floatToIntBits(row.getFloat("score")), row.getLong("position")),
                arguments.toArray());
    }

    /** Scores are not negative, and the bits of such numbers have their order. */
    private static float score(Mark mark) {
        return Float.intBitsToFloat((int) mark.rank());
    }

    /** An input, how well it fits, and where it stands among those that fit as well. */
    public record Placed(String inputId, float score, long position) {
        public Mark mark() {
            return new Mark(Float.floatToIntBits(score), position);
        }

        /** Whether this is behind where a list of the best was left. */
        public boolean isBehind(Mark mark) {
            float left = Searches.score(mark);
            return score < left || (score == left && position > mark.position());
        }
    }

    /**
     * All inputs that meet the search and are placed, those that fit best first; of equal ones the older first. Each is
     * compared: this takes time in proportion to their number.
     */
    public static List<Placed> like(Connection connection, Tenant tenant, InputSearch search, Likeness likeness)
            throws SQLException {
        Part hits = hits(connection, tenant, new InputSearch(search.filters(), search.ranks(), 0));
        List<Placed> placed = new ArrayList<>();
        try (PreparedStatement statement = Sql.prepared(
                connection,
                """
                select e.input_id, scored.score, e.vector, scored.position
                from (%s) scored
                join input_embedding e on e.user_id = ? and e.app_id = ? and e.input_id = scored.input_id
                where e.model_sha256 = ? and length(e.vector) > 0
                order by scored.position
                limit ?
                """.formatted(hits.sql()),
                Stream.concat(
                                hits.arguments().stream(),
                                Stream.of(
                                        tenant.userId(),
                                        tenant.appId(),
                                        likeness.modelSha256(),
                                        Likeness.INPUTS_MAX + 1))
                        .toArray())) {
            statement.setFetchSize(ROWS_AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    float score = likeness.score(Embedding.of(rows.getBytes(3)), rows.getFloat(2));
                    if (score >= search.scoreMin()) {
                        placed.add(new Placed(rows.getString(1), score, rows.getLong(4)));
                    }
                }
            }
        }
        placed.sort(Comparator.comparingDouble(Placed::score).reversed());
        return placed;
    }

    /** The ids of all that are found, in no more than so many rows. */
    public static List<String> ids(Connection connection, Tenant tenant, InputSearch search, int max)
            throws SQLException {
        Part hits = hits(connection, tenant, search);
        List<Object> arguments = new ArrayList<>(hits.arguments());
        arguments.add(max);
        return Sql.list(
                connection,
                "select input_id from (%s) scored order by score desc, position limit ?".formatted(hits.sql()),
                row -> row.getString(1),
                arguments.toArray());
    }

    public static long count(Connection connection, Tenant tenant, InputSearch search) throws SQLException {
        Part hits = hits(connection, tenant, search);
        return Sql.first(
                        connection,
                        "select count(*) from (%s) scored".formatted(hits.sql()),
                        row -> row.getLong(1),
                        hits.arguments().toArray())
                .orElseThrow();
    }

    private static Part hits(Connection connection, Tenant tenant, InputSearch search) throws SQLException {
        List<Object> arguments = new ArrayList<>();
        StringBuilder score = new StringBuilder();
        for (Condition rank : search.ranks()) {
            Part part = condition(connection, rank);
            score.append(score.isEmpty() ? "" : " + ")
                    .append("(")
                    .append(part.sql())
                    .append(")::int");
            arguments.addAll(part.arguments());
        }
        arguments.add(tenant.userId());
        arguments.add(tenant.appId());
        StringBuilder where = new StringBuilder("i.user_id = ? and i.app_id = ?");
        for (Condition filter : search.filters()) {
            Part part = condition(connection, filter);
            where.append(" and ").append(part.sql());
            arguments.addAll(part.arguments());
        }
        arguments.add(search.scoreMin());
        return new Part(
                "select * from (select i.input_id, i.position, %s as score from input i where %s) unscored"
                                .formatted(
                                        search.ranks().isEmpty()
                                                ? "1::real"
                                                : "(%s)::real / %d"
                                                        .formatted(
                                                                score,
                                                                search.ranks().size()),
                                        where)
                        + " where score > 0 and score >= ?",
                arguments);
    }

    private static Part condition(Connection connection, Condition condition) throws SQLException {
        StringBuilder sql = new StringBuilder();
        List<Object> arguments = new ArrayList<>();
        for (Criterion criterion : condition.criteria()) {
            Part part = criterion(connection, criterion);
            sql.append(sql.isEmpty() ? "" : " and ")
                    .append("(")
                    .append(part.sql())
                    .append(")");
            arguments.addAll(part.arguments());
        }
        return new Part((condition.negated() ? "not " : "") + "(" + sql + ")", arguments);
    }

    private static Part criterion(Connection connection, Criterion criterion) throws SQLException {
        return switch (criterion) {
            case Criterion.Labelled(List<String> concepts, boolean positive) ->
                new Part(
                        """
                        exists (select 1 from label l
                                where (l.user_id, l.app_id, l.input_id) = (i.user_id, i.app_id, i.input_id)
                                  and l.concept_id = any(?) and l.positive = ?)
                        or exists (select 1 from annotation a
                                   where (a.user_id, a.app_id, a.input_id) = (i.user_id, i.app_id, i.input_id)
                                     and a.regions @> any(?::jsonb[]))
                        """,
                        List.of(
                                Sql.texts(connection, concepts),
                                positive,
                                Sql.texts(
                                        connection,
                                        concepts,
                                        concept -> StateJson.write(
                                                List.of(Map.of("labels", List.of(new Label(concept, positive))))))));
            case Criterion.WithMetadata(String json) -> new Part("i.metadata @> ?::jsonb", List.of(json));
            case Criterion.WithId(String id) -> new Part("i.input_id = ?", List.of(id));
            case Criterion.FromUrl(String url) -> new Part("i.url = ?", List.of(url));
            case Criterion.InDataset(String id) -> new Part("""
                        exists (select 1 from dataset_input d
                                where (d.user_id, d.app_id, d.input_id) = (i.user_id, i.app_id, i.input_id)
                                  and d.dataset_id = ?)
                        """, List.of(id));
        };
    }
}
