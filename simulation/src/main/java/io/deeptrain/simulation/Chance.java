package io.deeptrain.simulation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** All that is random in a run. It comes from the seed alone, so that the seed repeats the run. */
final class Chance {
    private final SplittableRandom random;
    private final EnumMap<Mishap, Double> probabilities = new EnumMap<>(Mishap.class);
    private boolean healed;

    Chance(long seed) {
        random = new SplittableRandom(seed);
        // A third of the runs has few faults, so that each kind is also met alone.
        double share = oneIn(3) ? 0.15 : 0.55;
        for (Mishap mishap : Mishap.values()) {
            if (random.nextDouble() < share) {
                probabilities.put(mishap, mishap.probabilityMax() * random.nextDouble());
            }
        }
    }

    /** From now on nothing goes wrong any more. */
    void heal() {
        healed = true;
    }

    boolean healed() {
        return healed;
    }

    /** Whether this fault strikes on this occasion. */
    boolean strikes(Mishap mishap) {
        Double probability = probabilities.get(mishap);
        return probability != null && !healed && random.nextDouble() < probability;
    }

    /** From {@code min} to {@code max}, both included. */
    long between(long min, long max) {
        return random.nextLong(min, max + 1);
    }

    int between(int min, int max) {
        return random.nextInt(min, max + 1);
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    Map<Mishap, Double> probabilities() {
        return Map.copyOf(probabilities);
    }

    @Override
    public String toString() {
        return probabilities.toString();
    }
}
