package io.deeptrain.cli.adapter.picocli;

import io.deeptrain.cli.adapter.rest.RestWaitingLine;
import io.deeptrain.cli.port.WaitingLine;
import io.deeptrain.cli.port.WaitingLine.Decided;
import io.deeptrain.cli.port.WaitingLine.Waiting;
import io.deeptrain.cli.screen.WaitingLines;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = "Say why a job waits, what would start it, and what was decided about it so far.")
final class WhyCommand implements Callable<Integer> {
    private final Environment environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "JOB", description = "The job's id, as queue and the events name it.")
    private String job = "";

    WhyCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        var command = Optional.ofNullable(spec).orElseThrow().commandLine();
        WaitingLine line = new RestWaitingLine(environment.scheduler());
        Optional<Waiting> waiting = line.find(job);
        List<Decided> decisions = line.decisions(job);
        if (waiting.isEmpty() && decisions.isEmpty()) {
            command.getErr()
                    .println("The scheduler knows no job " + job + ". ./deeptrain queue names those that wait.");
            return ExitCode.NOT_FOUND.number();
        }
        WaitingLines.of(waiting, decisions, ZoneId.systemDefault()).forEach(command.getOut()::println);
        return ExitCode.OK.number();
    }
}
