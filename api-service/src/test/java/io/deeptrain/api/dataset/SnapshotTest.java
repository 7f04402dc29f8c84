package io.deeptrain.api.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.adapter.objects.SnapshotJson;
import io.deeptrain.api.input.BoundingBox;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.Region;
import io.deeptrain.event.Footage;
import io.deeptrain.event.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static final Label CAT = new Label("cat", true);
    private static final Label NO_DOG = new Label("dog", false);
    private static final Region REGION = new Region("r", new BoundingBox(0.1f, 0, 1, 1), List.of(CAT));

    @Test
    void the_same_inputs_freeze_to_the_same_bytes_in_whatever_order_they_came() {
        LabelledImage a = image("a", "{}", List.of(CAT, NO_DOG), List.of());
        LabelledImage sameA = image("a", "{\"x\":1}", List.of(NO_DOG, CAT), List.of());
        LabelledImage b = image("b", "{}", List.of(), List.of(REGION));

        assertThat(SnapshotJson.write(Snapshot.of(List.of(b, sameA)).inputs()))
                .isEqualTo(SnapshotJson.write(Snapshot.of(List.of(a, b)).inputs()))
                .isNotEqualTo(SnapshotJson.write(Snapshot.of(List.of(a)).inputs()));
    }

    @Test
    void what_is_frozen_can_be_read_again() throws IOException {
        Snapshot snapshot = Snapshot.of(
                List.of(image("b", "{}", List.of(), List.of(REGION)), image("a", "{}", List.of(CAT), List.of())));

        assertThat(SnapshotJson.read(new ByteArrayInputStream(SnapshotJson.write(snapshot.inputs()))))
                .isEqualTo(snapshot.inputs());
        assertThat(snapshot.inputs().getFirst().isLabelledWithAny(List.of("cat"), Evidence.IMAGE_LABELS))
                .isTrue();
        assertThat(snapshot.inputs().getLast().isLabelledWithAny(List.of("cat"), Evidence.IMAGE_LABELS))
                .isFalse();
    }

    /** Images alone are frozen to the bytes, and the hash, that they were before there were videos. */
    @Test
    void videos_are_frozen_with_what_is_looked_at_of_them() throws IOException {
        String image = "{\"inputId\":\"a\",\"image\":{\"key\":\"sha256/a\",\"sha256\":\"%s\",\"sizeBytes\":3},"
                        .formatted("a".repeat(64))
                + "%s\"labels\":[{\"conceptId\":\"cat\",\"positive\":true}],\"regions\":[]}\n";
        FrozenInput frozen = FrozenInput.of(image("a", "{}", List.of(CAT), List.of()));
        FrozenInput video = new FrozenInput(
                "a", frozen.image(), Optional.of(new Footage(4500, 1000)), frozen.labels(), frozen.regions());
        assertThat(new String(SnapshotJson.write(List.of(frozen, video)), StandardCharsets.UTF_8))
                .isEqualTo(image.formatted("") + image.formatted("\"video\":{\"millis\":4500,\"everyMillis\":1000},"));
        assertThat(SnapshotJson.read(new ByteArrayInputStream(SnapshotJson.write(List.of(frozen, video)))))
                .containsExactly(frozen, video);
    }

    @Test
    void everything_is_counted() {
        assertThat(Snapshot.of(List.of(
                                image("a", "{\"x\":1}", List.of(CAT, NO_DOG), List.of(REGION)),
                                image("b", "{}", List.of(), List.of(REGION)),
                                image("c", "{}", List.of(), List.of())))
                        .counts())
                .isEqualTo(new DatasetCounts(3, 1, 1, 2, 2, 1, 2));
    }

    @Test
    void a_dataset_at_the_limit_is_frozen_and_one_beyond_is_not() {
        assertThat(Snapshot.problem(Snapshot.INPUTS_MAX)).isEmpty();
        assertThat(Snapshot.problem(Snapshot.INPUTS_MAX + 1))
                .contains("the dataset holds 200001 inputs but must hold at most 200000 to be frozen");
    }

    @Test
    void a_version_is_chosen_before_a_dataset_and_a_dataset_before_all_inputs() {
        assertThat(DatasetChoice.of("", "")).isEqualTo(new DatasetChoice.AllInputs());
        assertThat(DatasetChoice.of("d", "")).isEqualTo(new DatasetChoice.Current("d"));
        assertThat(DatasetChoice.of("d", "v")).isEqualTo(new DatasetChoice.OfVersion(Optional.of("d"), "v"));
        assertThat(DatasetChoice.of("", "v")).isEqualTo(new DatasetChoice.OfVersion(Optional.empty(), "v"));
    }

    private static LabelledImage image(String id, String metadata, List<Label> labels, List<Region> regions) {
        return new LabelledImage(
                id,
                new StoredObject("sha256/" + id, "a".repeat(64), 3),
                Optional.empty(),
                "",
                metadata,
                Optional.empty(),
                labels,
                regions,
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
