package io.deeptrain.cli;

import io.deeptrain.cli.adapter.picocli.Program;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The command line's start. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        // Bars and pictures are Unicode, whatever the locale of a bare container says.
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(Program.run(arguments, System.getenv(), terminal, out, err));
    }
}
