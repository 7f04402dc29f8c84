package io.deeptrain.s3server.adapter;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * A server that speaks S3, with buckets that are folders: a child process, for it needs other libraries than the
 * services. It accepts requests that are signed with {@link #ACCESS_KEY_ID} and {@link #SECRET_ACCESS_KEY}.
 */
public final class S3Server implements AutoCloseable {
    public static final String ACCESS_KEY_ID = "tests";
    public static final String SECRET_ACCESS_KEY = "secret-of-the-tests";

    private static final long READY_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MILLIS = 20;

    private final URI endpoint;
    private final Path buckets;
    private final Process process;

    private S3Server(URI endpoint, Path buckets, Process process) {
        this.endpoint = endpoint;
        this.buckets = buckets;
        this.process = process;
    }

    /** Starts the server and waits until it serves. */
    public static S3Server start(Path folder, int port) throws IOException, InterruptedException {
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        Path buckets = Files.createDirectories(folder.resolve("buckets"));
        Path settings = folder.resolve("s3.properties");
        try (var writer = Files.newBufferedWriter(settings)) {
            settings(endpoint, buckets).store(writer, "Written at each start.");
        }
        Path ready = folder.resolve("s3.ready");
        Files.deleteIfExists(ready);
        Path log = folder.resolve("s3.log");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-DLOG_LEVEL=warn",
                        "-cp",
                        classPath(),
                        "io.deeptrain.s3server.adapter.S3Node",
                        settings.toString(),
                        ready.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        S3Server server = new S3Server(endpoint, buckets, process);
        long deadline = System.nanoTime() + READY_MAX_NANOS;
        while (!Files.exists(ready)) {
            if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                server.close();
                throw new IllegalStateException("the S3 server did not start, see " + log);
            }
        }
        return server;
    }

    private static Properties settings(URI endpoint, Path buckets) {
        Properties settings = new Properties();
        settings.put("s3proxy.endpoint", endpoint.toString());
        settings.put("s3proxy.authorization", "aws-v4");
        settings.put("s3proxy.identity", ACCESS_KEY_ID);
        settings.put("s3proxy.credential", SECRET_ACCESS_KEY);
        settings.put("jclouds.provider", "filesystem-nio2");
        settings.put("jclouds.filesystem.basedir", buckets.toString());
        return settings;
    }

    /** This class, and what the build wrote down of the server's libraries. */
    private static String classPath() throws IOException {
        try (InputStream libraries = S3Server.class.getResourceAsStream("/io/deeptrain/s3server/class-path")) {
            if (libraries == null) {
                throw new IllegalStateException("the S3 server's class path is not there: build the module s3-server");
            }
            Path own = Path.of(S3Server.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return own + File.pathSeparator + new String(libraries.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("classes lie at no path", impossible);
        }
    }

    public URI endpoint() {
        return endpoint;
    }

    /** Makes an empty bucket. */
    public void makeBucket(String name) throws IOException {
        Files.createDirectory(buckets.resolve(name));
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
