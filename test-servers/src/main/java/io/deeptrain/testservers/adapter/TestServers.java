package io.deeptrain.testservers.adapter;

import io.deeptrain.localservers.RolePasswords;
import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.s3server.adapter.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL, a real Kafka broker and a real server of S3's protocol, started when they are first asked for and
 * stopped with the JVM.
 *
 * <p>They are child processes by default, and containers with {@code -Ddeeptrain.infra=docker}. Which of the two is
 * printed, once. An S3-compatible server is a child process either way. If they cannot be started the test fails:
 * nothing is skipped.
 */
public final class TestServers {
    private static final String INFRASTRUCTURE = System.getProperty("deeptrain.infra", "embedded");
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final AtomicInteger BUCKETS = new AtomicInteger();

    private TestServers() {}

    /** The servers of one way of starting them. */
    interface Infrastructure {
        ServerAddress postgres();

        String kafka();
    }

    /** Lazily, and once for all tests. */
    private static final class Shared {
        static final Infrastructure INSTANCE = start();

        private static Infrastructure start() {
            System.out.println("infrastructure: " + INFRASTRUCTURE);
            return switch (INFRASTRUCTURE) {
                case "embedded" -> new EmbeddedInfrastructure();
                case "docker" -> new DockerInfrastructure();
                default ->
                    throw new IllegalArgumentException("deeptrain.infra must be embedded or docker: " + INFRASTRUCTURE);
            };
        }
    }

    /** The S3-compatible server, a child process in either way. */
    private static final class SharedS3 {
        static final S3Server INSTANCE = start();

        private static S3Server start() {
            try {
                Path build = Files.createDirectories(Path.of("target").toAbsolutePath());
                return S3Server.start(Files.createTempDirectory(build, "s3-"), FreePort.find());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the S3 server started", e);
            }
        }
    }

    public static ServerAddress postgres() {
        return Shared.INSTANCE.postgres();
    }

    /** The broker's bootstrap servers. */
    public static String kafka() {
        return Shared.INSTANCE.kafka();
    }

    /** A new database with the schemas and roles of all services. Returns its JDBC URL. */
    public static String newDatabase() {
        try {
            return postgres().prepare("deeptrain_test_" + DATABASES.incrementAndGet(), passwords());
        } catch (SQLException e) {
            throw new IllegalStateException("cannot make a database at " + postgres(), e);
        }
    }

    /**
     * A new bucket, as the setting {@code deeptrain.objects} names it. In this process its credentials are found from
     * now on; others are given {@link #s3Credentials()} as their environment.
     */
    public static URI newBucket() {
        String bucket = "bucket-" + BUCKETS.incrementAndGet();
        try {
            SharedS3.INSTANCE.makeBucket(bucket);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + bucket, e);
        }
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY_ID);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_ACCESS_KEY);
        return URI.create("s3://%s/deeptrain?endpoint=%s".formatted(bucket, SharedS3.INSTANCE.endpoint()));
    }

    /** The credentials of all buckets by the names of their environment variables. */
    public static Map<String, String> s3Credentials() {
        return Map.of("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_ACCESS_KEY);
    }

    /** The password of a role is its name. */
    public static RolePasswords passwords() {
        Map<String, String> passwords = new HashMap<>();
        for (ServiceSchema service : ServiceSchema.values()) {
            passwords.put(service.ownerRole(), service.ownerRole());
            passwords.put(service.runtimeRole(), service.runtimeRole());
        }
        return new RolePasswords(passwords);
    }
}
