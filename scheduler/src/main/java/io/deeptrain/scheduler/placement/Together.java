package io.deeptrain.scheduler.placement;

/** How near to each other the workers of a gang are, from the tightest to the loosest. */
public enum Together {
    /** All GPUs are those of one worker. */
    ONE_WORKER("on one worker"),
    /** The workers' GPUs are linked without a network between them. */
    NVLINK_DOMAIN("in one NVLink domain"),
    /** The workers share a switch. */
    RACK("in one rack"),
    /** The workers have no more in common than the GPU class. */
    ANYWHERE("anywhere");

    private final String words;

    Together(String words) {
        this.words = words;
    }

    /** As it is said behind a number of workers. */
    public String words() {
        return words;
    }
}
