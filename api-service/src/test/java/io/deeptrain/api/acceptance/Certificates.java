package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An authority that nobody knows and the certificate that it gave this machine, as PEM files.
 *
 * @param authority whom a client must trust
 * @param server what the server shows
 * @param serverKey what the server keeps to itself
 */
record Certificates(Path authority, Path server, Path serverKey) {
    private static final Path FOLDER = Path.of("target", "tls").toAbsolutePath();
    private static final char[] PASSWORD = "of-a-test".toCharArray();

    /** Those of this build, whether or not they are made yet: tests and what they run in share no memory. */
    static Certificates ofThisBuild() {
        return new Certificates(
                FOLDER.resolve("authority.pem"), FOLDER.resolve("server.pem"), FOLDER.resolve("server.key"));
    }

    static Certificates made() {
        Certificates made = ofThisBuild();
        try {
            Files.createDirectories(FOLDER);
            Path store = FOLDER.resolve("all.p12");
            Files.deleteIfExists(store);
            pair(store, "authority", "CN=Authority of a test", "-ext", "bc:c");
            pair(store, "server", "CN=localhost", "-signer", "authority", "-ext", "san=dns:localhost,ip:127.0.0.1");
            KeyStore all = KeyStore.getInstance(store.toFile(), PASSWORD);
            write(
                    made.authority(),
                    "CERTIFICATE",
                    all.getCertificate("authority").getEncoded());
            write(made.server(), "CERTIFICATE", all.getCertificate("server").getEncoded());
            write(
                    made.serverKey(),
                    "PRIVATE KEY",
                    all.getKey("server", PASSWORD).getEncoded());
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pair(Path store, String alias, String name, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                String.valueOf(PASSWORD),
                "-alias",
                alias,
                "-dname",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1"));
        command.addAll(List.of(options));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(keytool.waitFor(60, TimeUnit.SECONDS) && keytool.exitValue() == 0)
                    .as(said)
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, String kind, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind));
    }
}
