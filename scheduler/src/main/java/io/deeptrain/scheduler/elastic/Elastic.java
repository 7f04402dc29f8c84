package io.deeptrain.scheduler.elastic;

import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.RemainingWork;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What one GPU more is worth to a job, and when another number of them is worth a restart.
 *
 * <p>Goodput is work done in a second (Pollux: Qiao and others, OSDI 2021). As the batch of a job is the same on any
 * number of GPUs, so is what a step teaches, and goodput follows from the time of a step alone. Of that, each GPU
 * computes its share, and all exchange gradients, which takes about as long for many as for few: on g GPUs a job is
 *
 * <pre>speedup(g) = g / (1 + exchange (g - 1))</pre>
 *
 * <p>times as fast as on one; the form of Optimus (Peng and others, EuroSys 2018, equation 4) without parameter
 * servers. It is concave, so that handing out GPUs one by one to whoever gains most by it maximises the sum (Optimus,
 * section 4.1), and the least that a waiting job asks for is worth more to it than what others have beyond theirs.
 *
 * @param exchange how long the gradients are exchanged for, as a part of a whole step on one GPU
 * @param restart what it costs to end an attempt and begin the next
 * @param hysteresis another number of GPUs must save so many restarts
 */
public record Elastic(double exchange, Duration restart, double hysteresis) {
    /** On eight GPUs a job is then 5.9 times as fast as on one. What a fleet really has is not measured by the rule. */
    static final double EXCHANGE = 0.05;

    public Elastic {
        if (!(exchange >= 0 && exchange <= 1)) {
            throw new IllegalArgumentException("the exchange must be a part of a step, 0 to 1: " + exchange);
        }
        if (restart.isNegative() || !(hysteresis >= 1)) {
            throw new IllegalArgumentException(
                    "a restart cannot be negative, nor hysteresis below 1: %s, %s".formatted(restart, hysteresis));
        }
    }

    /** With the restart and the hysteresis that count for making room. */
    public static Elastic of(Preemption preemption) {
        return new Elastic(EXCHANGE, preemption.restart(), preemption.hysteresis());
    }

    /** How much faster than on one GPU. */
    public double speedup(int gpus) {
        if (gpus < 1) {
            throw new IllegalArgumentException("a job runs on at least one GPU: " + gpus);
        }
        return gpus / (1 + exchange * (gpus - 1));
    }

    /** What one GPU more is worth to a job that has so many. */
    public double gain(int gpus) {
        return speedup(gpus + 1) - speedup(gpus);
    }

    /** How many GPUs a job has, and how many it may have. */
    public record Part(int gpus, int most) {}

    /**
     * Hands out what is free, one GPU after another, each to the part that gains most by it; the first of equals.
     *
     * @param grow gives one more GPU to the part of this index, if there is room for it and its queues allow it. Who
     *     was refused once is not asked again
     * @return how many GPUs each part has then
     */
    public List<Integer> fill(List<Part> parts, IntPredicate grow) {
        int[] gpus = parts.stream().mapToInt(Part::gpus).toArray();
        boolean[] isFull = new boolean[gpus.length];
        int best = mostGaining(parts, gpus, isFull);
        while (best >= 0) {
            if (grow.test(best)) {
                gpus[best]++;
            } else {
                isFull[best] = true;
            }
            best = mostGaining(parts, gpus, isFull);
        }
        return Arrays.stream(gpus).boxed().toList();
    }

    private int mostGaining(List<Part> parts, int[] gpus, boolean[] isFull) {
        int best = -1;
        for (int part = 0; part < gpus.length; part++) {
            if (!isFull[part]
                    && gpus[part] < parts.get(part).most()
                    && (best < 0 || gain(gpus[part]) > gain(gpus[best]))) {
                best = part;
            }
        }
        return best;
    }

    /**
     * How long it takes on so many GPUs.
     *
     * @param gpusExpected on how many the expected work is meant
     */
    public Duration time(RemainingWork work, int gpusExpected, int gpus) {
        double millis = (double) work.gpuMillis() / gpusExpected * speedup(gpusExpected) / speedup(gpus);
        return Duration.ofMillis((long) millis);
    }

    /** Whether what a job saves by going on with more GPUs pays for the restart. */
    public boolean paysToGrow(RemainingWork work, int gpusExpected, int from, int to) {
        return to > from && isBeyondRestarts(time(work, gpusExpected, from).minus(time(work, gpusExpected, to)));
    }

    /** Whether a job goes on for long enough to be restarted with fewer GPUs, for another one that starts with them. */
    public boolean paysToShrink(RemainingWork work, int gpusExpected, int from, int to, int gpusOfOther) {
        return to < from
                && speedup(gpusOfOther) >= speedup(from) - speedup(to)
                && isBeyondRestarts(time(work, gpusExpected, from));
    }

    private boolean isBeyondRestarts(Duration time) {
        return time.toMillis() > restart.toMillis() * hysteresis;
    }
}
