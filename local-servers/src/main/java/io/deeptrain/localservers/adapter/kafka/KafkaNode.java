package io.deeptrain.localservers.adapter.kafka;

import io.deeptrain.localservers.adapter.process.ChildJvm;
import io.deeptrain.localservers.adapter.process.Parent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/**
 * The child process that is broker and controller in one. Arguments: data folder, broker port, controller port, and
 * whether it makes a topic that a client asks for.
 */
public final class KafkaNode {
    private static final String CLUSTER = "4L6g3nShT-eMCtK--X86sw";

    private KafkaNode() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Properties settings =
                settings(folder, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), arguments[3]);
        format(folder, settings);
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.shutdown();
            server.awaitShutdown();
        }));
        server.startup();
        Parent.exitWithIt();
        ChildJvm.reportReady();
        server.awaitShutdown();
    }

    private static Properties settings(Path folder, int brokerPort, int controllerPort, String autoCreateTopics) {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + brokerPort + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + brokerPort);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", folder.resolve("logs").toString());
        settings.put("num.partitions", "1");
        for (String internal :
                new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            settings.put(internal + ".replication.factor", "1");
            settings.put(internal + ".num.partitions", "1");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // The history of a job is kept: it is the truth that bills are made of.
        settings.put("log.retention.ms", "-1");
        settings.put("auto.create.topics.enable", autoCreateTopics);
        settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 * 1024 * 1024));
        // After a kill the controller holds the old registration this long before the broker may come back.
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
        return settings;
    }

    private static void format(Path folder, Properties settings) throws IOException {
        Files.createDirectories(folder);
        if (Files.exists(folder.resolve("logs").resolve("meta.properties"))) {
            return;
        }
        Path file = folder.resolve("server.properties");
        try (var writer = Files.newBufferedWriter(file)) {
            settings.store(writer, "Written at the first start; the broker takes its settings from its start command.");
        }
        int status = StorageTool.execute(new String[] {"format", "-t", CLUSTER, "-c", file.toString()}, System.out);
        if (status != 0) {
            throw new IllegalStateException("formatting " + folder + " ended with status " + status);
        }
    }
}
