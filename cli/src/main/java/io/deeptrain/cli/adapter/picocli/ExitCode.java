package io.deeptrain.cli.adapter.picocli;

/** What the shell is told. Scripts build on these numbers. */
enum ExitCode {
    OK(0),
    ERROR(1),
    USAGE(2),
    NOT_FOUND(3),
    RUN_FAILED(4),
    CANCELLED(5);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
