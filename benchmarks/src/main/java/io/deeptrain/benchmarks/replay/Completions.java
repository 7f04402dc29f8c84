package io.deeptrain.benchmarks.replay;

import java.util.List;

/** When the jobs of a trace were done, each counted from when it was asked for. */
record Completions(List<Long> millis, int preemptions) {
    Completions {
        millis = millis.stream().sorted().toList();
    }

    double averageSeconds() {
        return millis.stream().mapToLong(Long::longValue).average().orElse(0) / 1000;
    }

    /** By nearest rank. */
    double percentileSeconds(double percent) {
        int rank = (int) Math.ceil(percent / 100 * millis.size());
        return millis.get(Math.max(0, rank - 1)) / 1000.0;
    }
}
