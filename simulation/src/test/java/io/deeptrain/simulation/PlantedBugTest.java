package io.deeptrain.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.simulation.Simulation.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds what is wrong. Without this, finding nothing would mean nothing. */
class PlantedBugTest {
    private static final long SEEDS_MAX = 2_000;
    private static final long SEEDS_OF_TABLE = 150;
    private static final Path DOCUMENT = Path.of("..", "docs", "simulation.md");
    private static final String TABLE_BEGIN = "<!-- planted bugs: generated -->";
    private static final String TABLE_END = "<!-- end -->";

    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void a_planted_bug_is_found(PlantedBug bug) {
        assertThat(LongStream.rangeClosed(1, SEEDS_MAX).anyMatch(seed -> finds(bug, seed)))
                .as("%s is found within %d seeds", bug, SEEDS_MAX)
                .isTrue();
    }

    /** A finding in a run that fails anyway would prove nothing. */
    private static boolean finds(PlantedBug bug, long seed) {
        return run(bug, seed).violation().isPresent()
                && Simulation.run(seed).violation().isEmpty();
    }

    private static Verdict run(PlantedBug bug, long seed) {
        return Simulation.run(seed, EnumSet.of(bug), false);
    }

    @Test
    void there_are_thirty_planted_bugs_or_more() {
        assertThat(PlantedBug.values()).hasSizeGreaterThanOrEqualTo(30);
    }

    @Test
    void every_planted_bug_is_documented() throws IOException {
        assertThat(Files.readString(DOCUMENT)).contains(names());
    }

    private static List<String> names() {
        return EnumSet.allOf(PlantedBug.class).stream().map(PlantedBug::name).toList();
    }

    @Test
    @EnabledIfSystemProperty(named = "simulation.table", matches = "true", disabledReason = "writes the document anew")
    void the_table_of_the_document_is_written() throws IOException {
        String document = Files.readString(DOCUMENT);
        String before = document.substring(0, document.indexOf(TABLE_BEGIN) + TABLE_BEGIN.length());
        String after = document.substring(document.indexOf(TABLE_END));
        Files.writeString(DOCUMENT, before + "\n\n" + table() + "\n" + after);
    }

    private static List<Verdict> found(PlantedBug bug, long first, long last) {
        return LongStream.rangeClosed(first, last)
                .parallel()
                .mapToObj(seed -> run(bug, seed))
                .filter(verdict -> verdict.violation().isPresent())
                .toList();
    }

    private static String table() {
        List<String> rows = new ArrayList<>();
        rows.add("| Planted bug | What is wrong | First seed | Found in | By |");
        rows.add("| --- | --- | --- | --- | --- |");
        for (PlantedBug bug : PlantedBug.values()) {
            List<Verdict> found = new ArrayList<>(found(bug, 1, SEEDS_OF_TABLE));
            double share = 100.0 * found.size() / SEEDS_OF_TABLE;
            if (found.isEmpty()) {
                found.addAll(found(bug, SEEDS_OF_TABLE + 1, SEEDS_MAX));
            }
            rows.add("| `%s` | %s | %s | %.1f %% | %s |"
                    .formatted(
                            bug,
                            bug.description(),
                            found.isEmpty() ? "-" : found.getFirst().seed(),
                            share,
                            found.stream()
                                    .map(verdict -> verdict.invariant().orElseThrow())
                                    .collect(Collectors.toCollection(TreeSet::new))));
        }
        return String.join("\n", rows) + "\n";
    }
}
