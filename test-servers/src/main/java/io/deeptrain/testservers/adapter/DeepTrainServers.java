package io.deeptrain.testservers.adapter;

import io.deeptrain.localservers.ServiceSchema;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Gives a Quarkus test of one service a database of its own and the shared broker, under the names of the settings that
 * the service reads from its environment. The init argument {@code service} is {@code api}, {@code scheduler} or
 * {@code billing}; without it there is only the broker.
 */
public final class DeepTrainServers implements QuarkusTestResourceLifecycleManager {
    private Map<String, String> arguments = Map.of();

    @Override
    public void init(Map<String, String> initArgs) {
        arguments = Map.copyOf(initArgs);
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap.servers", TestServers.kafka());
        settings.put("KAFKA_BOOTSTRAP_SERVERS", TestServers.kafka());
        String service = arguments.get("service");
        if (service != null) {
            ServiceSchema schema = ServiceSchema.valueOf(service.toUpperCase(Locale.ROOT));
            settings.put("DEEPTRAIN_JDBC_URL", TestServers.newDatabase());
            settings.put("DEEPTRAIN_DB_USER", schema.runtimeRole());
            settings.put("DEEPTRAIN_DB_PASSWORD", schema.runtimeRole());
            settings.put("DEEPTRAIN_DB_OWNER_USER", schema.ownerRole());
            settings.put("DEEPTRAIN_DB_OWNER_PASSWORD", schema.ownerRole());
        }
        return settings;
    }

    @Override
    public void stop() {
        // The servers are shared by all tests and end with the JVM.
    }
}
