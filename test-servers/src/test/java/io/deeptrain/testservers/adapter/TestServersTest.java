package io.deeptrain.testservers.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.localservers.ServiceSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

class TestServersTest {

    @Test
    void each_service_has_a_schema_that_only_its_owner_changes() throws SQLException {
        String url = TestServers.newDatabase();
        for (ServiceSchema service : ServiceSchema.values()) {
            execute(url, service.ownerRole(), "create table %s.thing(x int)".formatted(service.schema()));
            assertThatThrownBy(() -> execute(
                            url, service.runtimeRole(), "create table %s.other(x int)".formatted(service.schema())))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void no_service_sees_the_schema_of_another() throws SQLException {
        String url = TestServers.newDatabase();
        execute(url, ServiceSchema.API.ownerRole(), "create table api.thing(x int)");

        assertThatThrownBy(() -> execute(url, ServiceSchema.BILLING.runtimeRole(), "select * from api.thing"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void the_broker_makes_topics() throws ExecutionException, InterruptedException, TimeoutException {
        try (Admin admin =
                Admin.create(Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, TestServers.kafka()))) {
            admin.createTopics(List.of(new NewTopic("tried", 3, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            // The controller has it; the broker that is asked may learn of it a moment later.
            long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            Set<String> topics = topics(admin);
            while (!topics.contains("tried") && System.nanoTime() < deadlineNanos) {
                topics = topics(admin);
            }
            assertThat(topics).contains("tried");
        }
    }

    private static Set<String> topics(Admin admin) throws ExecutionException, InterruptedException, TimeoutException {
        return admin.listTopics().names().get(30, TimeUnit.SECONDS);
    }

    private static void execute(String url, String role, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, role, role);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
