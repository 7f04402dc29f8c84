package io.deeptrain.benchmarks.adapter.http;

import io.deeptrain.benchmarks.measure.Rounds;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Pages of long lists through REST: the first of 10,000 versions, and one far down among the 100,000 inputs of a
 * dataset against the first of them.
 */
public final class PagesBenchmark {
    private static final int VERSIONS = 10_000;
    private static final int INPUTS = 100_000;
    private static final int PER_PAGE = 20;
    private static final int CALLS = 100;
    private static final int ROUNDS = 5;
    private static final int CURSOR_RADIX = 36;
    private static final double NANOS_PER_SECOND = 1e9;

    private final FrontDoor door;

    private PagesBenchmark(FrontDoor door) {
        this.door = door;
    }

    public static void main(String[] arguments) throws Exception {
        try (FrontDoor door = FrontDoor.open()) {
            PagesBenchmark benchmark = new PagesBenchmark(door);
            benchmark.fill();
            String app = "/v2/users/me/apps/pages";
            int last = INPUTS / PER_PAGE;
            System.out.print(Rounds.of(
                            2,
                            ROUNDS,
                            () -> benchmark.pages(app + "/models/m/versions?per_page=" + PER_PAGE),
                            () -> benchmark.pages(app
                                    + "/models/m/versions?page=%d&per_page=%d"
                                            .formatted(VERSIONS / PER_PAGE, PER_PAGE)))
                    .report("first pages of %,d versions; reference: the last".formatted(VERSIONS)));
            System.out.print(Rounds.of(
                            2,
                            ROUNDS,
                            () -> benchmark.pages(app
                                    + "/datasets/d/inputs?cursor=%s&per_page=%d"
                                            .formatted(Long.toString(INPUTS - PER_PAGE, CURSOR_RADIX), PER_PAGE)),
                            () -> benchmark.pages(app + "/datasets/d/inputs?per_page=" + PER_PAGE))
                    .report("last pages of %,d inputs, by cursor; reference: the first".formatted(INPUTS)));
            System.out.print(Rounds.of(
                            2,
                            ROUNDS,
                            () -> benchmark.pages(
                                    app + "/datasets/d/inputs?page=%d&per_page=%d".formatted(last, PER_PAGE)),
                            () -> benchmark.pages(app + "/datasets/d/inputs?per_page=" + PER_PAGE))
                    .report("last pages of %,d inputs, by number; reference: the first".formatted(INPUTS)));
        }
    }

    private void fill() throws IOException, InterruptedException, SQLException {
        door.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"pages\"}]}");
        door.post("/v2/users/me/apps/pages/datasets", "{\"datasets\":[{\"id\":\"d\"}]}");
        door.post("/v2/users/me/apps/pages/models", """
                {"model":{"id":"m","model_type_id":"visual-classifier",
                 "train_info":{"params":{"template":"classification_cifar10_v1"}},
                 "output_info":{"data":{"concepts":[{"id":"even"},{"id":"odd"}]}}}}
                """);
        try (Connection connection = DriverManager.getConnection(
                        door.database().jdbcUrl("deeptrain"),
                        door.database().superuser(),
                        door.database().superuserPassword());
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to api");
            statement.execute("""
                    insert into model_version (version_id, user_id, app_id, model_id, state, sequence, document, input_count,
                                               created_at, modified_at)
                    select 'v' || n, user_id, app_id, model_id, state, sequence, document, 0, now(), now()
                    from model_version, generate_series(1, %d) n where app_id = 'pages'
                    """.formatted(VERSIONS - 1));
            statement.execute("""
                    insert into input (user_id, app_id, input_id, object_key, sha256, size_bytes, url, metadata, created_at,
                                       modified_at)
                    select 'me', 'pages', 'i' || n, 'k', repeat('a', 64), 1, '', '{}', now(), now()
                    from generate_series(1, %d) n
                    """.formatted(INPUTS));
            statement.execute("analyze");
            statement.execute("""
                    insert into label (user_id, app_id, input_id, concept_id, positive)
                    select user_id, app_id, input_id, 'even', true from input where app_id = 'pages'
                    """);
            statement.execute("""
                    insert into dataset_input (user_id, app_id, dataset_id, input_id, created_at)
                    select user_id, app_id, 'd', input_id, now() from input where app_id = 'pages' order by position
                    """);
            statement.execute("vacuum analyze");
        }
    }

    private double pages(String path) throws IOException, InterruptedException {
        long startedNanos = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            String page = door.get(path);
            if (page.length() < PER_PAGE * 10) {
                throw new IllegalStateException("not a full page: " + page);
            }
        }
        return CALLS / ((System.nanoTime() - startedNanos) / NANOS_PER_SECOND);
    }
}
