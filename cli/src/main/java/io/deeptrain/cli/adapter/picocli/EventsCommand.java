package io.deeptrain.cli.adapter.picocli;

import io.deeptrain.cli.adapter.kafka.KafkaEventStream;
import io.deeptrain.cli.port.EventStream;
import io.deeptrain.cli.screen.EventLine;
import io.deeptrain.event.Topic;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "Print a job's history as it is on Kafka: time, number, type and what it says.")
final class EventsCommand implements Callable<Integer> {
    private static final List<Topic> HISTORY = List.of(Topic.JOBS);
    private static final List<Topic> EVERYTHING = List.of(Topic.REQUESTS, Topic.ATTEMPTS, Topic.JOBS, Topic.CHARGES);

    private final Environment environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "JOB", description = "The job's id, as the demo and the events themselves name it.")
    private String job = "";

    @Option(names = "--all", description = "Requests, progress and charges, too.")
    private boolean all;

    EventsCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = Optional.ofNullable(spec).orElseThrow().commandLine().getOut();
        PrintWriter err = Optional.ofNullable(spec).orElseThrow().commandLine().getErr();
        List<EventStream.Known> known = new ArrayList<>();
        for (EventStream.Read read : KafkaEventStream.allOf(environment.kafka(), all ? EVERYTHING : HISTORY, job)) {
            switch (read) {
                case EventStream.Known event -> known.add(event);
                case EventStream.Unknown(var topic, var type) ->
                    err.println("passed over on %s: %s, which this version does not know".formatted(topic, type));
            }
        }
        if (known.isEmpty()) {
            err.println("There are no events of a job " + job + ". The demo prints the ids of its jobs.");
            return ExitCode.NOT_FOUND.number();
        }
        // By time across the topics; the sort is stable, so each topic keeps its own order within an instant.
        known.sort(Comparator.comparing(EventStream.Known::time));
        known.forEach(event -> out.println(EventLine.of(event, ZoneId.systemDefault())));
        return ExitCode.OK.number();
    }
}
