package io.deeptrain.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The compose file, its anchors and merges resolved. */
final class Compose {
    private Compose() {}

    static Map<?, ?> service(String name) {
        return map(services().get(name), name);
    }

    static Map<?, ?> services() {
        try (var reader = Files.newBufferedReader(Manifests.project().resolve("docker-compose.yml"))) {
            Map<?, ?> file = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
            return map(file.get("services"), "services");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<?, ?> environment(String service) {
        return map(service(service).get("environment"), "environment of " + service);
    }

    /** The words of the health check's command. */
    static List<?> healthCheck(String service) {
        Map<?, ?> check = map(service(service).get("healthcheck"), "healthcheck of " + service);
        return (List<?>) Objects.requireNonNull(check.get("test"), service);
    }

    private static Map<?, ?> map(@Nullable Object node, String what) {
        if (node instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalStateException("%s is no map: %s".formatted(what, node));
    }
}
