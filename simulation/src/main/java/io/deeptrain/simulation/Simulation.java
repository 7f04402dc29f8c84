package io.deeptrain.simulation;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs one seed and says what came of it. The same seed always gives the same verdict. */
public final class Simulation {
    private static final int TRACE_LINES_MAX = 4_000;

    /**
     * What came of a run.
     *
     * @param drawn what the seed decided before the run
     * @param traceHash the same for two runs in which the same happened
     * @param violation nothing, if all invariants held
     * @param trace what happened, if it was asked for
     */
    public record Verdict(long seed, String drawn, long traceHash, Optional<String> violation, List<String> trace) {
        public Verdict {
            trace = List.copyOf(trace);
        }

        /** Which invariant did not hold, as in {@code S5}. */
        public Optional<String> invariant() {
            return violation.map(text -> text.substring(0, text.indexOf(':')));
        }

        @Override
        public String toString() {
            return "seed %d: %s%n%s%n%s"
                    .formatted(
                            seed,
                            violation.orElse("no violation"),
                            drawn,
                            String.join(
                                    System.lineSeparator(),
                                    trace.subList(Math.max(0, trace.size() - TRACE_LINES_MAX), trace.size())));
        }
    }

    private Simulation() {}

    public static Verdict run(long seed) {
        return run(seed, EnumSet.noneOf(PlantedBug.class), false);
    }

    /** The same run, with all that happened written down. */
    public static Verdict explain(long seed) {
        return run(seed, EnumSet.noneOf(PlantedBug.class), true);
    }

    static Verdict run(long seed, Set<PlantedBug> planted, boolean keepsText) {
        World world = new World(seed, planted, keepsText);
        Optional<String> violation = Optional.empty();
        try {
            world.run();
        } catch (Violation found) {
            violation = Optional.of(String.valueOf(found.getMessage()));
        } catch (IllegalStateException | IllegalArgumentException broken) {
            // A rule that refuses to go on is as wrong as one that goes on wrongly.
            violation = Optional.of("RULE: " + broken + " at " + broken.getStackTrace()[0]);
        }
        return new Verdict(
                seed,
                world.toString(),
                world.trace().hash(),
                violation,
                world.trace().lines());
    }
}
