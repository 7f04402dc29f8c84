package io.deeptrain.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What the services of the project read from their environment, as their sources say. */
final class ServiceSources {
    static final Set<String> SERVICES = Set.of("api-service", "billing", "gpu-worker", "scheduler");

    /** Settings of Java, Quarkus, DJL and the client of S3 themselves, which no file of ours has to name. */
    private static final Set<String> READ_BY_LIBRARIES = Set.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "JAVA_TOOL_OPTIONS",
            "QUARKUS_CONFIG_LOCATIONS",
            "QUARKUS_HTTP_HOST",
            "QUARKUS_HTTP_PORT",
            "DJL_CACHE_DIR");

    private ServiceSources() {}

    /** Whether the service asks for a variable, by its name or by that of the property that Quarkus makes of it. */
    static boolean read(String service, String variable) throws IOException {
        String sources = of(service);
        String property = variable.toLowerCase(Locale.ROOT).replace('_', '.');
        return READ_BY_LIBRARIES.contains(variable)
                || sources.contains("${" + variable)
                || sources.contains('"' + variable + '"')
                || sources.contains('"' + property + '"');
    }

    private static String of(String service) throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files =
                Files.walk(Manifests.project().resolve(service).resolve("src/main"))) {
            for (Path file : files.filter(path -> path.toString().matches(".*\\.(java|properties)"))
                    .toList()) {
                sources.append(Files.readString(file));
            }
        }
        return sources.toString();
    }
}
