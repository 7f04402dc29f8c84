package io.deeptrain.cli.demo;

import java.io.IOException;

/** The demo could not go on: says what happened and what to do. */
public final class DemoFailedException extends IOException {
    private final Reason reason;
    private final String fix;

    public DemoFailedException(Reason reason, String problem, String fix) {
        super(problem);
        this.reason = reason;
        this.fix = fix;
    }

    /** What kind of end it is. */
    public enum Reason {
        TRAINING_FAILED,
        /** Somebody else deleted the version. */
        TRAINING_CANCELLED,
        /** Something that should have happened by now has not. */
        OVERDUE
    }

    public Reason reason() {
        return reason;
    }

    /** What to do about it. */
    public String fix() {
        return fix;
    }
}
