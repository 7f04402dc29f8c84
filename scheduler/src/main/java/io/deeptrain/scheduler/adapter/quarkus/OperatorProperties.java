package io.deeptrain.scheduler.adapter.quarkus;

import io.deeptrain.scheduler.configuration.SettingsReader;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Finds what an operator has written about queues, patience and preemption, wherever Quarkus looks for properties. */
final class OperatorProperties {
    private OperatorProperties() {}

    /** By name. */
    static Map<String, String> find() {
        Config config = ConfigProvider.getConfig();
        Map<String, String> properties = new TreeMap<>();
        // A variable of the environment is found only by who asks for its property.
        SettingsReader.fixedNames().forEach(name -> put(config, name, properties));
        for (String name : config.getPropertyNames()) {
            if (SettingsReader.isMeant(name)) {
                put(config, name, properties);
            }
        }
        return properties;
    }

    private static void put(Config config, String name, Map<String, String> properties) {
        config.getOptionalValue(name, String.class).ifPresent(value -> properties.put(name, value));
    }
}
