package io.deeptrain.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How each service is started: the same jar as in a container, with its settings in the environment. */
public final class ServicePlan {
    private static final List<String> ALWAYS = List.of(
            "-XX:+UseSerialGC",
            "-Xss512k",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private final Home home;
    private final Path project;
    private final Map<Part, Integer> ports;
    private final Map<String, String> passwords;
    private final String key;

    /**
     * A plan for one start.
     *
     * @param project the checkout whose services are started, already built
     * @param passwords of the database's roles
     * @param key the API key of the local user
     */
    public ServicePlan(Home home, Path project, Map<Part, Integer> ports, Map<String, String> passwords, String key) {
        this.home = home;
        this.project = project;
        this.ports = Map.copyOf(ports);
        this.passwords = Map.copyOf(passwords);
        this.key = key;
    }

    public Path jar(Part service) {
        return project.resolve(service.partName()).resolve("target/quarkus-app/quarkus-run.jar");
    }

    public List<String> command(Part service) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ALWAYS);
        command.addAll(memory(service));
        command.addAll(List.of("-jar", jar(service).toString()));
        return List.copyOf(command);
    }

    public Map<String, String> environment(Part service) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", String.valueOf(port(service)));
        environment.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + port(Part.KAFKA));
        environment.put("DEEPTRAIN_KAFKA_PARTITIONS", "4");
        environment.put("DEEPTRAIN_KAFKA_REPLICATION", "1");
        switch (service) {
            case API_SERVICE -> {
                database(environment, "api");
                environment.put("DEEPTRAIN_OBJECTS", home.objects().toUri().toString());
                environment.put("DEEPTRAIN_WORKER_URL", "http://127.0.0.1:" + port(Part.GPU_WORKER));
                environment.put("DEEPTRAIN_SCHEDULER_URLS", "http://127.0.0.1:" + port(Part.SCHEDULER));
                environment.put("DEEPTRAIN_BOOTSTRAP_KEY", key);
            }
            case SCHEDULER -> database(environment, "scheduler");
            case BILLING -> database(environment, "billing");
            case GPU_WORKER -> {
                environment.put("DEEPTRAIN_OBJECTS", home.objects().toUri().toString());
                environment.put("DEEPTRAIN_WORKER_ID", "local");
                environment.put("DJL_CACHE_DIR", home.djlCache().toString());
                environment.put("DEEPTRAIN_WORKER_PRETRAINED", home.pretrained().toString());
            }
            case POSTGRES, KAFKA -> throw new IllegalArgumentException("not a service: " + service);
        }
        return environment;
    }

    public int port(Part part) {
        Integer port = ports.get(part);
        if (port == null) {
            throw new IllegalStateException("no port for " + part.partName());
        }
        return port;
    }

    private void database(Map<String, String> environment, String service) {
        String role = "deeptrain_" + service;
        environment.put("DEEPTRAIN_JDBC_URL", "jdbc:postgresql://127.0.0.1:" + port(Part.POSTGRES) + "/deeptrain");
        environment.put("DEEPTRAIN_DB_USER", role);
        environment.put("DEEPTRAIN_DB_PASSWORD", password(role));
        environment.put("DEEPTRAIN_DB_OWNER_USER", role + "_owner");
        environment.put("DEEPTRAIN_DB_OWNER_PASSWORD", password(role + "_owner"));
    }

    private String password(String role) {
        String password = passwords.get(role);
        if (password == null) {
            throw new IllegalStateException("no password for role " + role);
        }
        return password;
    }

    private static List<String> memory(Part service) {
        return switch (service) {
            case API_SERVICE -> List.of("-Xmx384m", "-XX:TieredStopAtLevel=1");
            case SCHEDULER, BILLING -> List.of("-Xmx192m", "-XX:TieredStopAtLevel=1");
            // The tensors are outside the heap.
            case GPU_WORKER -> List.of("-Xmx512m");
            case POSTGRES, KAFKA -> throw new IllegalArgumentException("not a service: " + service);
        };
    }
}
