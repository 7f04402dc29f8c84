package io.deeptrain.api.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveRulesTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "/a.png", "../a.png", "a/../../b.png", "..", "a\\b.png", "C:a.png", "a\nb.png"})
    void a_name_that_leads_outside_is_refused(String name) {
        assertThat(ArchiveRules.nameProblem(name)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "cats/a.png", "a..b/c.png", "ä/ö.png"})
    void any_other_name_may_be(String name) {
        assertThat(ArchiveRules.nameProblem(name)).isEmpty();
        assertThat(ArchiveRules.isPassedOver(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cats/", ".DS_Store", "cats/.hidden/a.png", "__MACOSX/cats/a.png"})
    void folders_and_what_systems_leave_behind_are_passed_over(String name) {
        assertThat(ArchiveRules.isPassedOver(name)).isTrue();
    }

    @Test
    void the_folder_is_the_innermost_one() {
        assertThat(ArchiveRules.folder("train/cats/a.png")).contains("cats");
        assertThat(ArchiveRules.folder("a.png")).isEmpty();
    }

    @Test
    void names_entries_bytes_and_the_ratio_have_limits() {
        assertThat(ArchiveRules.nameProblem("a".repeat(ArchiveRules.NAME_LENGTH_MAX)))
                .isEmpty();
        assertThat(ArchiveRules.nameProblem("a".repeat(ArchiveRules.NAME_LENGTH_MAX + 1)))
                .isPresent();
        assertThat(ArchiveRules.countProblem(ArchiveRules.ENTRIES_MAX)).isEmpty();
        assertThat(ArchiveRules.countProblem(ArchiveRules.ENTRIES_MAX + 1)).isPresent();
        assertThat(ArchiveRules.sizeProblem(ArchiveRules.BYTES_MAX, ArchiveRules.BYTES_MAX))
                .isEmpty();
        assertThat(ArchiveRules.sizeProblem(ArchiveRules.BYTES_MAX + 1, ArchiveRules.BYTES_MAX))
                .isPresent();
        assertThat(ArchiveRules.sizeProblem(ArchiveRules.RATIO_FREE_BYTES, 1)).isEmpty();
        assertThat(ArchiveRules.sizeProblem(ArchiveRules.RATIO_FREE_BYTES + 1, 1))
                .contains("the archive unfolds to more than 100 times its size");
        assertThat(ArchiveRules.sizeProblem(ArchiveRules.RATIO_FREE_BYTES * 2, ArchiveRules.RATIO_FREE_BYTES))
                .isEmpty();
    }

    @Test
    void a_server_that_drips_is_left_after_a_while() {
        long least = ArchiveRules.FETCHED_BYTES_A_SECOND_MIN;
        assertThat(ArchiveRules.rateProblem(0, Duration.ofSeconds(30))).isEmpty();
        assertThat(ArchiveRules.rateProblem(31 * least, Duration.ofSeconds(31))).isEmpty();
        assertThat(ArchiveRules.rateProblem(31 * least - 1, Duration.ofSeconds(31)))
                .contains(
                        "the server of the URL sent 507903 bytes in 31 seconds but must send at least 16384 a second");
    }
}
