package io.deeptrain.testservers.adapter;

import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import org.testcontainers.containers.PostgreSQLContainer;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Containers. Other images than the official ones are named by {@code -Ddeeptrain.image.postgres} and
 * {@code -Ddeeptrain.image.kafka}. Testcontainers removes them when this JVM ends.
 */
final class DockerInfrastructure implements TestServers.Infrastructure {
    private final PostgreSQLContainer<?> postgres =
            new PostgreSQLContainer<>(image("deeptrain.image.postgres", "postgres:18", "postgres"));
    private final KafkaContainer kafka =
            new KafkaContainer(image("deeptrain.image.kafka", "apache/kafka:4.1.1", "apache/kafka"));

    DockerInfrastructure() {
        postgres.start();
        kafka.start();
    }

    private static DockerImageName image(String property, String official, String compatibleWith) {
        return DockerImageName.parse(System.getProperty(property, official)).asCompatibleSubstituteFor(compatibleWith);
    }

    @Override
    public ServerAddress postgres() {
        return new ServerAddress(
                postgres.getHost(),
                postgres.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                postgres.getUsername(),
                postgres.getPassword());
    }

    @Override
    public String kafka() {
        return kafka.getBootstrapServers();
    }
}
