package io.deeptrain.cli.adapter.picocli;

import io.deeptrain.cli.adapter.picocli.Environment.MissingSettingException;
import io.deeptrain.cli.demo.DemoFailedException;
import io.deeptrain.cli.images.UnreadableImagesException;
import io.deeptrain.cli.port.ApiRefusedException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The commands as one program. An error is two lines on standard error: what happened, and what to do. */
public final class Program {
    private Program() {}

    @Command(
            name = "deeptrain",
            mixinStandardHelpOptions = true,
            version = "deeptrain 0.1.0",
            description = "Deep training on your own machine.",
            footer = {
                "",
                "DEEPTRAIN_URL            where the API answers (http://localhost:8080)",
                "DEEPTRAIN_KEY            your API key",
                "KAFKA_BOOTSTRAP_SERVERS  HOST:PORT of the broker",
                "DEEPTRAIN_SCHEDULER_URL  where the scheduler answers that leads",
                "",
                "Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 training failed, 5 cancelled"
            })
    private record Root() {}

    /**
     * Runs one command and returns the exit code.
     *
     * @param terminal whether a person watches
     */
    public static int run(
            String[] arguments, Map<String, String> variables, boolean terminal, PrintWriter out, PrintWriter err) {
        Environment environment = new Environment(variables);
        CommandLine program = new CommandLine(CommandSpec.forAnnotatedObject(new Root()))
                .addSubcommand(new DemoCommand(environment, terminal))
                .addSubcommand(new EventsCommand(environment))
                .addSubcommand(new QueueCommand(environment))
                .addSubcommand(new WhyCommand(environment));
        program.setOut(out).setErr(err);
        program.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        program.setExecutionExceptionHandler(Program::report);
        if (arguments.length == 0) {
            program.usage(err);
            return ExitCode.USAGE.number();
        }
        return program.execute(arguments);
    }

    private static int report(Exception exception, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("deeptrain: " + exception.getMessage());
        err.println(fix(exception));
        return exitCode(exception).number();
    }

    private static String fix(Exception exception) {
        return switch (exception) {
            case UnreadableImagesException images -> images.fix();
            case MissingSettingException missing -> missing.fix();
            case DemoFailedException failed -> failed.fix();
            case ConnectException _ -> "Start it with ./deeptrain up, or set DEEPTRAIN_URL to where it is.";
            case ApiRefusedException refused
            when refused.httpStatus() == 401 ->
                "Set DEEPTRAIN_KEY to a valid key; ./deeptrain key prints that of the local user.";
            default -> "If that makes no sense to you: ./deeptrain status and ./deeptrain logs say more.";
        };
    }

    private static ExitCode exitCode(Exception exception) {
        return switch (exception) {
            case DemoFailedException failed ->
                switch (failed.reason()) {
                    case TRAINING_FAILED -> ExitCode.RUN_FAILED;
                    case TRAINING_CANCELLED -> ExitCode.CANCELLED;
                    case OVERDUE -> ExitCode.ERROR;
                };
            case ApiRefusedException refused when refused.meansNotFound() -> ExitCode.NOT_FOUND;
            default -> ExitCode.ERROR;
        };
    }
}
