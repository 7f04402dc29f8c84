package io.deeptrain.api.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.version.VersionState;
import io.deeptrain.api.version.VersionState.Pace;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateJsonTest {
    private static final Progress FIRST =
            new Progress(Phase.TRAINING, 0, 2, 10, 100, 0.7, Map.of("test_accuracy", 0.5), 120);
    private static final Progress LOOKING =
            new Progress(Phase.TRAINING, 1, 2, 50, 100, 0.5, Map.of(), 120, Optional.of(4_000L));

    private static VersionState training(Progress newest) {
        return new VersionState.Training(
                new JobId("job-1"),
                new FencingToken(1),
                47,
                new Pace.Measured(FIRST, 4_000, newest, 9_000),
                true,
                false);
    }

    @Test
    void a_training_is_read_as_it_was_written_whether_or_not_it_has_looked_at_images() {
        for (Progress newest : new Progress[] {FIRST, LOOKING}) {
            VersionState state = training(newest);
            assertThat(StateJson.read(StateJson.write(state), VersionState.class))
                    .isEqualTo(state);
        }
    }

    @Test
    void a_version_whose_inputs_are_read_is_read_as_it_was_written() {
        VersionState state = new VersionState.Training(
                new JobId("job-1"), new FencingToken(1), 0, new Pace.Reading(1_200, 50_000), false, false);
        assertThat(StateJson.read(StateJson.write(state), VersionState.class)).isEqualTo(state);
    }

    /** As it lies in databases. */
    @Test
    void what_was_written_before_looks_were_counted_is_read() {
        String before = StateJson.write(training(FIRST)).replace(",\"looks\":null", "");
        assertThat(before).doesNotContain("looks");
        assertThat(StateJson.read(before, VersionState.class)).isEqualTo(training(FIRST));
    }
}
