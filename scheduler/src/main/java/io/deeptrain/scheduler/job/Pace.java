package io.deeptrain.scheduler.job;

import java.util.ArrayList;
import java.util.List;

/** How long the newest steps of an attempt took, by its own meter; as many reports as {@link #SAMPLES_MAX}. */
public record Pace(List<Long> stepMillis) {
    public static final Pace UNKNOWN = new Pace(List.of());
    static final int SAMPLES_MAX = 15;

    public Pace {
        stepMillis = List.copyOf(stepMillis);
    }

    /** The pace after a report of some more steps. A report of none, or of no time, says nothing about it. */
    public Pace after(long steps, long millis) {
        if (steps <= 0 || millis <= 0) {
            return this;
        }
        int oldest = Math.max(0, stepMillis.size() + 1 - SAMPLES_MAX);
        List<Long> newest = new ArrayList<>(stepMillis.subList(oldest, stepMillis.size()));
        newest.add(millis / steps);
        return new Pace(newest);
    }

    /** 0 while nothing is known. */
    public long medianMillis() {
        if (stepMillis.isEmpty()) {
            return 0;
        }
        return stepMillis.stream().sorted().toList().get(stepMillis.size() / 2);
    }
}
