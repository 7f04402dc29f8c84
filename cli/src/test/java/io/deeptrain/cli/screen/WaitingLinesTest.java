package io.deeptrain.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.cli.port.WaitingLine.Decided;
import io.deeptrain.cli.port.WaitingLine.Expected;
import io.deeptrain.cli.port.WaitingLine.Front;
import io.deeptrain.cli.port.WaitingLine.Waiting;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WaitingLinesTest {
    private static final Instant NOON = Instant.parse("2026-01-05T12:00:00Z");
    private static final Waiting FIRST = new Waiting(
            "job-1",
            1,
            "All 4 GPUs are in use.",
            "It would start with one GPU more.",
            Optional.of(new Expected(NOON, NOON.minusSeconds(300), NOON.plusSeconds(900), 0.9)));

    @Test
    void those_at_the_front_are_told_with_their_reasons_and_how_many_are_behind_them() {
        assertThat(WaitingLines.of(new Front(1_234, List.of(FIRST)), ZoneOffset.UTC))
                .containsExactly(
                        "1,234 jobs waiting",
                        "  1  job-1  starts about Jan 5 12:00 (Jan 5 11:55 to Jan 5 12:15, in 90 % of cases)",
                        "     All 4 GPUs are in use.",
                        "     … and 1,233 more");
        assertThat(WaitingLines.of(new Front(0, List.of()), ZoneOffset.UTC)).containsExactly("Nobody waits.");
    }

    @Test
    void of_one_job_what_would_start_it_and_what_was_decided_are_told() {
        Waiting unknown = new Waiting("job-2", 2, "Why.", "What.", Optional.empty());
        List<Decided> decided = List.of(new Decided(NOON, "queued", "It waits."));
        assertThat(WaitingLines.of(Optional.of(unknown), decided, ZoneOffset.UTC))
                .containsExactly(
                        "Position 2; nobody can say when it starts.",
                        "Why.",
                        "What would start it: What.",
                        "Jan 5 12:00:00  queued           It waits.");
        assertThat(WaitingLines.of(Optional.empty(), decided, ZoneOffset.UTC))
                .containsExactly("It does not wait.", "Jan 5 12:00:00  queued           It waits.");
    }
}
