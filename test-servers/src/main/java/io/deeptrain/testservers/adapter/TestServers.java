package io.deeptrain.testservers.adapter;

import io.deeptrain.localservers.RolePasswords;
import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL and a real Kafka broker, started when they are first asked for and stopped with the JVM.
 *
 * <p>They are child processes by default, and containers with {@code -Ddeeptrain.infra=docker}. Which of the two is
 * printed, once. If they cannot be started the test fails: nothing is skipped.
 */
public final class TestServers {
    private static final String INFRASTRUCTURE = System.getProperty("deeptrain.infra", "embedded");
    private static final AtomicInteger DATABASES = new AtomicInteger();

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
