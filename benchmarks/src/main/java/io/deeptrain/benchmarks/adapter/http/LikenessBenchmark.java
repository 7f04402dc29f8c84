package io.deeptrain.benchmarks.adapter.http;

import io.deeptrain.benchmarks.measure.Rounds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Searches through REST for the inputs that look most like an embedding, of 100,000 inputs, against one among 1,000.
 * {@code benchmarks/run likeness 512} is of embeddings of 512 numbers.
 */
public final class LikenessBenchmark {
    private static final int INPUTS = 100_000;
    private static final int FEW = 1_000;
    private static final int ROUNDS = 5;
    private static final int CALLS = 5;
    private static final int BATCH = 1_000;
    private static final long SEED = 42;
    private static final double NANOS_PER_SECOND = 1e9;

    private final FrontDoor door;
    private final int numbers;

    private LikenessBenchmark(FrontDoor door, int numbers) {
        this.door = door;
        this.numbers = numbers;
    }

    public static void main(String[] arguments) throws Exception {
        try (FrontDoor door = FrontDoor.open()) {
            int numbers = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 512;
            LikenessBenchmark benchmark = new LikenessBenchmark(door, numbers);
            benchmark.fill("many", INPUTS);
            benchmark.fill("few", FEW);
            System.out.print(Rounds.of(2, ROUNDS, () -> benchmark.searches("many"), () -> benchmark.searches("few"))
                    .report("searches a second by likeness among %,d embeddings of %d; reference: among %,d"
                            .formatted(INPUTS, numbers, FEW)));
        }
    }

    private void fill(String app, int inputs) throws IOException, InterruptedException, SQLException {
        door.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(app));
        try (Connection connection = DriverManager.getConnection(
                        door.database().jdbcUrl("deeptrain"),
                        door.database().superuser(),
                        door.database().superuserPassword());
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to api");
            statement.execute("""
                    insert into embedding_index (user_id, app_id, model_id, version_id, object_key, sha256, size_bytes,
                                                 worked_at, created_at)
                    values ('me', '%s', 'm', 'v', 'k', repeat('a', 64), 1, now(), now())
                    """.formatted(app));
            statement.execute("""
                    insert into input (user_id, app_id, input_id, object_key, sha256, size_bytes, url, metadata, created_at,
                                       modified_at)
                    select 'me', '%s', 'i' || n, 'k', repeat('a', 64), 1, '', '{}', now(), now()
                    from generate_series(1, %d) n
                    """.formatted(app, inputs));
            embed(connection, app, inputs);
            statement.execute("vacuum analyze");
        }
    }

    private void embed(Connection connection, String app, int inputs) throws SQLException {
        Random random = new Random(SEED);
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into input_embedding (user_id, app_id, input_id, model_sha256, vector) values ('me', ?, ?, repeat('a', 64), ?)
                """)) {
            for (int i = 1; i <= inputs; i++) {
                insert.setString(1, app);
                insert.setString(2, "i" + i);
                insert.setBytes(3, vector(random));
                insert.addBatch();
                if (i % BATCH == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
        }
    }

    /** Of length 1. */
    private byte[] vector(Random random) {
        double[] vector = random.doubles(numbers, -1, 1).toArray();
        double length = Math.sqrt(IntStream.range(0, numbers)
                .mapToDouble(i -> vector[i] * vector[i])
                .sum());
        ByteBuffer bytes = ByteBuffer.allocate(numbers * Float.BYTES);
        for (double number : vector) {
            bytes.putFloat((float) (number / length));
        }
        return bytes.array();
    }

    private double searches(String app) throws IOException, InterruptedException {
        String wanted = new Random(SEED + 1)
                .doubles(numbers, -1, 1)
                .mapToObj(number -> Float.toString((float) number))
                .collect(Collectors.joining(","));
        long startedNanos = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            String answer = door.post("/v2/users/me/apps/%s/inputs/searches".formatted(app), """
                    {"searches":[{"query":{"ranks":[{"annotation":{"data":{"embeddings":[{"vector":[%s]}]}}}]}}],
                     "pagination":{"per_page":20}}
                    """.formatted(wanted));
            if (!answer.contains("\"score\"")) {
                throw new IllegalStateException("nothing was found: " + answer);
            }
        }
        return CALLS / ((System.nanoTime() - startedNanos) / NANOS_PER_SECOND);
    }
}
