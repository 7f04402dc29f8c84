package io.deeptrain.benchmarks.adapter.platform;

import io.deeptrain.localservers.RolePasswords;
import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.localservers.adapter.kafka.LocalKafka;
import io.deeptrain.localservers.adapter.postgres.LocalPostgres;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import io.deeptrain.standalone.ServicePlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A real PostgreSQL and a real broker of their own in a new folder, and services from their jars with local mode's
 * settings, as many of each as are asked for.
 */
public final class Platform implements AutoCloseable {
    /** The API key of the local user. */
    public static final String KEY = "benchmark-key-of-this-run-only";

    private final Home home;
    private final Map<String, String> passwords;
    private final LocalPostgres postgres;
    private final LocalKafka kafka;
    private final Map<Part, Integer> ports = new EnumMap<>(Part.class);
    private int started;

    private Platform(Home home, Map<String, String> passwords, LocalPostgres postgres, LocalKafka kafka) {
        this.home = home;
        this.passwords = passwords;
        this.postgres = postgres;
        this.kafka = kafka;
        ports.put(Part.POSTGRES, postgres.address().port());
        ports.put(Part.KAFKA, URI.create("kafka://" + kafka.bootstrapServers()).getPort());
    }

    /** Without services yet. */
    public static Platform open() throws IOException, InterruptedException, SQLException {
        Home home = new Home(Files.createTempDirectory("deeptrain-benchmark"));
        Files.createDirectories(home.objects());
        Map<String, String> passwords = new HashMap<>();
        for (ServiceSchema service : ServiceSchema.values()) {
            passwords.put(service.ownerRole(), service.ownerRole());
            passwords.put(service.runtimeRole(), service.runtimeRole());
        }
        LocalPostgres postgres = LocalPostgres.start(home.postgres(), home.postgresBinaries());
        LocalKafka kafka = LocalKafka.start(home.kafka());
        postgres.address().prepare("deeptrain", new RolePasswords(passwords));
        return new Platform(home, passwords, postgres, kafka);
    }

    /** Starts one more of a service, on a port of its own; what it says is in a file of the folder. */
    public Service start(Part part, Map<String, String> more) throws IOException {
        return start(part, more, ServicePlan::command);
    }

    /** The same with as much memory, and a compiler as good, as on a server. */
    public Service startLarge(Part part, Map<String, String> more) throws IOException {
        return start(
                part,
                more,
                (plan, service) -> List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-jar",
                        plan.jar(service).toString()));
    }

    private Service start(Part part, Map<String, String> more, BiFunction<ServicePlan, Part, List<String>> command)
            throws IOException {
        int port = FreePort.find();
        for (Part other : Part.services()) {
            // Whoever asks for another service's address gets one where nobody listens.
            ports.putIfAbsent(other, FreePort.find());
        }
        ports.put(part, port);
        ServicePlan plan = new ServicePlan(home, Path.of("").toAbsolutePath(), ports, passwords, KEY);
        ProcessBuilder builder = new ProcessBuilder(command.apply(plan, part));
        builder.environment().putAll(plan.environment(part));
        builder.environment().putAll(more);
        started++;
        return new Service(
                builder.redirectErrorStream(true)
                        .redirectOutput(home.folder()
                                .resolve("%s-%d.log".formatted(part.partName(), started))
                                .toFile())
                        .start(),
                URI.create("http://127.0.0.1:" + port));
    }

    /** Where everything lies. */
    public Path folder() {
        return home.folder();
    }

    public ServerAddress database() {
        return postgres.address();
    }

    public String kafka() {
        return kafka.bootstrapServers();
    }

    /** Of the database's roles. */
    public Map<String, String> passwords() {
        return Map.copyOf(passwords);
    }

    /** The services were closed before. */
    @Override
    public void close() throws IOException {
        kafka.close();
        postgres.close();
    }
}
