package io.deeptrain.localservers.adapter.kafka;

import io.deeptrain.localservers.adapter.process.ChildJvm;
import io.deeptrain.localservers.adapter.process.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A Kafka broker on this machine whose data survive it. It stops when the process that started it is gone. */
public final class LocalKafka implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(60);
    private static final int TRIES_MAX = 3;
    private static final List<String> JVM_OPTIONS = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private final ChildJvm child;
    private final int port;

    private LocalKafka(ChildJvm child, int port) {
        this.child = child;
        this.port = port;
    }

    /** What becomes of a topic that a client asks for and that nobody has made. */
    public enum MissingTopics {
        STAY_AWAY,
        /** With one partition and kept for a week: what Kafka does if it is not told otherwise. */
        ARE_MADE
    }

    /** Launches the broker without waiting for it. */
    public static LocalKafka launch(Path folder, Path logs, int brokerPort, int controllerPort) {
        return launch(folder, logs, brokerPort, controllerPort, MissingTopics.STAY_AWAY);
    }

    private static LocalKafka launch(
            Path folder, Path logs, int brokerPort, int controllerPort, MissingTopics missing) {
        ChildJvm child = ChildJvm.start(
                "kafka",
                logs,
                KafkaNode.class,
                JVM_OPTIONS,
                List.of(
                        folder.toString(),
                        String.valueOf(brokerPort),
                        String.valueOf(controllerPort),
                        String.valueOf(missing == MissingTopics.ARE_MADE)));
        return new LocalKafka(child, brokerPort);
    }

    /** Starts the broker on free ports and waits until it serves. */
    public static LocalKafka start(Path folder) throws InterruptedException {
        return start(folder, MissingTopics.STAY_AWAY);
    }

    /** Starts the broker on free ports and waits until it serves. */
    public static LocalKafka start(Path folder, MissingTopics missing) throws InterruptedException {
        for (int tries = 0; ; tries++) {
            LocalKafka kafka = launch(folder, folder, FreePort.find(), FreePort.find(), missing);
            if (kafka.child.awaitReady(READY_MAX)) {
                return kafka;
            }
            kafka.close();
            if (tries == TRIES_MAX) {
                throw new IllegalStateException("Kafka did not start, see " + kafka.child.log());
            }
        }
    }

    public ChildJvm child() {
        return child;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        child.close();
    }
}
