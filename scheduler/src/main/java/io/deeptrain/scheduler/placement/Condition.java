package io.deeptrain.scheduler.placement;

/**
 * Whether an operator lets a worker take on work. Whatever it has already goes on in each of them. A worker that failed
 * too often takes on none either, in whichever it is: {@link QuarantineRule}.
 */
public enum Condition {
    IN_SERVICE("in service"),
    /** An operator keeps new work away. */
    CORDONED("cordoned"),
    /** An operator wants it empty: no new work, and what it has is to move when it can. */
    DRAINING("draining");

    private final String words;

    Condition(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
