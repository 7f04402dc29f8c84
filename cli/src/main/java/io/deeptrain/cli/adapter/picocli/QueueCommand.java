package io.deeptrain.cli.adapter.picocli;

import io.deeptrain.cli.adapter.rest.RestWaitingLine;
import io.deeptrain.cli.screen.WaitingLines;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        description = "Say who waits, in which order, why, and when each is expected to start.")
final class QueueCommand implements Callable<Integer> {
    private static final int MOST_MAX = 500;

    private final Environment environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--most", description = "So many of them, 1 to 500 (${DEFAULT-VALUE}).")
    private int most = 20;

    QueueCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        var command = Optional.ofNullable(spec).orElseThrow().commandLine();
        if (most < 1 || most > MOST_MAX) {
            throw new ParameterException(command, "--most must be 1 to %d, not %d".formatted(MOST_MAX, most));
        }
        WaitingLines.of(new RestWaitingLine(environment.scheduler()).front(most), ZoneId.systemDefault())
                .forEach(command.getOut()::println);
        return ExitCode.OK.number();
    }
}
