package io.deeptrain.scheduler.placement;

/** Whether a worker or a single GPU takes on work. Whatever it has already goes on in each of them. */
public enum Condition {
    IN_SERVICE("in service"),
    /** An operator keeps new work away. */
    CORDONED("cordoned"),
    /** An operator wants it empty: no new work, and what it has is to move when it can. */
    DRAINING("draining"),
    /** It failed too often, and waits until its back-off is over. */
    QUARANTINED("quarantined");

    private final String words;

    Condition(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
