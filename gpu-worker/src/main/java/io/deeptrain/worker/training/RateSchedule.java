package io.deeptrain.worker.training;

import java.util.List;

/** How fast the head learns in each step: a function of the step alone. */
public sealed interface RateSchedule {

    /**
     * The learning rate of a step.
     *
     * @param step the first is 0
     * @param stepsPerEpoch how many make an epoch
     * @param steps of the whole training
     */
    double at(long step, long stepsPerEpoch, long steps);

    /** The rate that everything else is a share of. */
    double rate();

    /** Falls along half a cosine from one rate to another, Loshchilov and Hutter 2017. */
    record Cosine(double rate, double least, WarmUp warmUp) implements RateSchedule {
        @Override
        public double at(long step, long stepsPerEpoch, long steps) {
            double share = (1 + Math.cos(Math.PI * (double) step / steps)) / 2;
            return warmUp.shareAt(step, steps) * (least + (rate - least) * share);
        }
    }

    /**
     * Falls to a tenth after each of these epochs.
     *
     * @param epochs counted from the beginning of the training
     */
    record Steps(double rate, List<Integer> epochs) implements RateSchedule {
        private static final double FALL = 0.1;

        public Steps {
            epochs = List.copyOf(epochs);
        }

        @Override
        public double at(long step, long stepsPerEpoch, long steps) {
            long completed = step / stepsPerEpoch;
            double falls =
                    (double) epochs.stream().filter(epoch -> completed >= epoch).count();
            return rate * Math.pow(FALL, falls);
        }
    }

    /** The share of the rate that the first steps are taken with, when little is known about where to go. */
    sealed interface WarmUp {
        double shareAt(long step, long steps);

        /** Climbs for a twentieth of all steps, at most 500. */
        record Twentieth() implements WarmUp {
            private static final int SHARE = 20;
            private static final int STEPS_MAX = 500;

            @Override
            public double shareAt(long step, long steps) {
                long climb = Math.min(steps / SHARE, STEPS_MAX);
                return step < climb ? (step + 1.0) / (climb + 1) : 1;
            }
        }

        /** Climbs from {@code first} to 1 in so many updates. */
        record Updates(long updates, double first) implements WarmUp {
            @Override
            public double shareAt(long step, long steps) {
                return step < updates ? first + (1 - first) * (double) step / updates : 1;
            }
        }
    }
}
