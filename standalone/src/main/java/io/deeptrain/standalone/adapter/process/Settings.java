package io.deeptrain.standalone.adapter.process;

import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;

/** What is chosen at the first start and kept: passwords, the API key, and ports as long as they stay free. */
final class Settings {
    private static final int SECRET_BYTES = 32;
    private static final String KEY = "api_key";
    private static final String CONTROLLER = "kafka-controller";

    private final Map<String, String> passwords;
    private final String key;
    private final Map<Part, Integer> ports;
    private final int controllerPort;

    private Settings(Map<String, String> passwords, String key, Map<Part, Integer> ports, int controllerPort) {
        this.passwords = passwords;
        this.key = key;
        this.ports = ports;
        this.controllerPort = controllerPort;
    }

    static Settings load(Home home, int publicPort) throws IOException {
        Properties secrets = read(home.secrets());
        Map<String, String> passwords = new HashMap<>();
        for (ServiceSchema service : ServiceSchema.values()) {
            for (String role : new String[] {service.ownerRole(), service.runtimeRole()}) {
                passwords.put(role, secret(secrets, role));
            }
        }
        String key = secret(secrets, KEY);
        writePrivately(home.secrets(), secrets);
        Files.writeString(privateFile(home.key()), key + "\n");

        Properties known = read(home.ports());
        Map<Part, Integer> ports = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            ports.put(part, part == Part.API_SERVICE ? publicPort : port(known, part.partName(), publicPort));
        }
        int controllerPort = port(known, CONTROLLER, publicPort);
        try (var writer = Files.newBufferedWriter(home.ports())) {
            known.store(writer, "Chosen at the first start and kept while they are free");
        }
        return new Settings(passwords, key, ports, controllerPort);
    }

    Map<String, String> passwords() {
        return Map.copyOf(passwords);
    }

    String key() {
        return key;
    }

    Map<Part, Integer> ports() {
        return Map.copyOf(ports);
    }

    int controllerPort() {
        return controllerPort;
    }

    private static String secret(Properties secrets, String name) {
        String known = secrets.getProperty(name);
        if (known != null) {
            return known;
        }
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        String made = HexFormat.of().formatHex(random);
        secrets.setProperty(name, made);
        return made;
    }

    private static int port(Properties known, String name, int publicPort) {
        String remembered = known.getProperty(name);
        if (remembered != null
                && Integer.parseInt(remembered) != publicPort
                && FreePort.isFree(Integer.parseInt(remembered))) {
            return Integer.parseInt(remembered);
        }
        int found;
        do {
            found = FreePort.find();
        } while (found == publicPort || known.containsValue(String.valueOf(found)));
        known.setProperty(name, String.valueOf(found));
        return found;
    }

    private static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (var reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        }
        return properties;
    }

    private static void writePrivately(Path file, Properties properties) throws IOException {
        try (var writer = Files.newBufferedWriter(privateFile(file))) {
            properties.store(writer, "Passwords of the database's roles and the API key of the local user");
        }
    }

    private static Path privateFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return file;
    }
}
