package io.deeptrain.api.annotation;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.input.BoundingBox;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.input.Region;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputPatchTest {
    private static final Instant BEFORE = Instant.ofEpochSecond(1);
    private static final Instant NOW = Instant.ofEpochSecond(2);
    private static final Label CAT = new Label("cat", true);
    private static final Label NO_CAT = new Label("cat", false);
    private static final Label DOG = new Label("dog", true);

    @Test
    void merging_adds_to_the_input_level_annotation_and_changes_regions_where_they_are() {
        Annotation level = said("level", true, contents(List.of(CAT), region("r1")));
        Annotation other = said("other", false, contents(List.of(DOG), region("r2")));
        Region changed = new Region("r2", new BoundingBox(0, 0, 0.5f, 0.5f), List.of(DOG));

        InputPatch patch = patch(PatchAction.MERGE, contents(List.of(NO_CAT), changed, region("r3")), level, other);

        assertThat(patch)
                .isEqualTo(new InputPatch(
                        List.of(
                                new Annotation(
                                        "level",
                                        "i",
                                        true,
                                        List.of(new Claim(NO_CAT, NOW)),
                                        List.of(region("r1"), region("r3")),
                                        "{}",
                                        BEFORE,
                                        NOW),
                                new Annotation(
                                        "other",
                                        "i",
                                        false,
                                        List.of(new Claim(DOG, BEFORE)),
                                        List.of(changed),
                                        "{}",
                                        BEFORE,
                                        NOW)),
                        List.of()));
    }

    @Test
    void merging_into_an_input_of_which_nothing_was_said_makes_the_input_level_annotation() {
        assertThat(patch(PatchAction.MERGE, contents(List.of(CAT))))
                .isEqualTo(new InputPatch(
                        List.of(Annotation.of("fresh", "i", true, contents(List.of(CAT)), "{}", NOW)), List.of()));
    }

    @Test
    void removing_reaches_all_annotations_and_those_that_say_nothing_any_more_go() {
        Annotation level = said("level", true, contents(List.of(CAT)));
        Annotation other = said("other", false, contents(List.of(CAT, DOG), region("r")));

        assertThat(patch(PatchAction.REMOVE, contents(List.of(NO_CAT), region("r")), level, other))
                .isEqualTo(new InputPatch(
                        List.of(new Annotation(
                                "other", "i", false, List.of(new Claim(DOG, BEFORE)), List.of(), "{}", BEFORE, NOW)),
                        List.of("level")));
    }

    @Test
    void overwriting_concepts_leaves_the_regions_and_the_other_way_round() {
        Annotation other = said("other", false, contents(List.of(CAT), region("r")));

        InputPatch concepts = patch(PatchAction.OVERWRITE, contents(List.of(DOG)), other);
        InputPatch regions = patch(PatchAction.OVERWRITE, contents(List.of(), region("new")), other);

        assertThat(concepts.saved())
                .containsExactly(
                        new Annotation("other", "i", false, List.of(), List.of(region("r")), "{}", BEFORE, NOW),
                        Annotation.of("fresh", "i", true, contents(List.of(DOG)), "{}", NOW));
        assertThat(regions.saved())
                .containsExactly(
                        new Annotation(
                                "other", "i", false, List.of(new Claim(CAT, BEFORE)), List.of(), "{}", BEFORE, NOW),
                        Annotation.of("fresh", "i", true, contents(List.of(), region("new")), "{}", NOW));
    }

    @Test
    void a_patch_that_names_nothing_changes_nothing() {
        Annotation level = said("level", true, contents(List.of(CAT), region("r")));
        for (PatchAction action : PatchAction.values()) {
            assertThat(patch(action, contents(List.of()), level)).isEqualTo(new InputPatch(List.of(), List.of()));
        }
    }

    @Test
    void one_annotation_is_patched_by_itself() {
        Annotation annotation = said("a", false, contents(List.of(CAT), region("r")));

        assertThat(annotation
                        .patched(PatchAction.MERGE, contents(List.of(DOG)), NOW)
                        .labels())
                .containsExactly(CAT, DOG);
        assertThat(annotation.patched(PatchAction.OVERWRITE, contents(List.of(DOG)), NOW))
                .isEqualTo(new Annotation(
                        "a", "i", false, List.of(new Claim(DOG, NOW)), List.of(region("r")), "{}", BEFORE, NOW));
        assertThat(annotation
                        .patched(PatchAction.REMOVE, contents(List.of(CAT), region("r")), NOW)
                        .isEmpty())
                .isTrue();
        assertThat(annotation.patched(PatchAction.REMOVE, contents(List.of(DOG)), NOW))
                .isEqualTo(annotation);
    }

    private static InputPatch patch(PatchAction action, Contents patch, Annotation... before) {
        return InputPatch.of("i", List.of(before), action, patch, "fresh", NOW);
    }

    private static Annotation said(String id, boolean inputLevel, Contents contents) {
        return Annotation.of(id, "i", inputLevel, contents, "{}", BEFORE);
    }

    private static Contents contents(List<Label> labels, Region... regions) {
        return new Contents(labels, Arrays.asList(regions));
    }

    private static Region region(String id) {
        return new Region(id, new BoundingBox(0, 0, 1, 1), List.of(CAT));
    }
}
