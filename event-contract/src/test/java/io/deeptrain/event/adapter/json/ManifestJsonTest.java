package io.deeptrain.event.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.deeptrain.event.Footage;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManifestJsonTest {
    private static final String LINE =
            "{\"input_id\":\"i1\",\"image\":{\"key\":\"k\",\"sha256\":\"%s\",\"size_bytes\":7},"
                            .formatted("a".repeat(64))
                    + "\"positives\":[\"kätzchen\"],\"negatives\":[],\"regions\":[],\"split\":\"TRAIN\"}\n";

    @Test
    void an_entry_is_one_line() throws Exception {
        ManifestEntry entry = entry("i1", "kätzchen");

        assertThat(new String(ManifestJson.write(List.of(entry)), StandardCharsets.UTF_8))
                .isEqualTo(LINE);
        assertThat(read(LINE)).containsExactly(entry);
    }

    /** An image is the line that it was before there were videos, so that old and new manifests of images are one. */
    @Test
    void a_video_says_what_is_looked_at_of_it() throws Exception {
        String line =
                LINE.replace("},\"positives\"", "},\"video\":{\"millis\":4500,\"every_millis\":1000},\"positives\"");
        ManifestEntry image = entry("i1", "kätzchen");
        ManifestEntry video = new ManifestEntry(
                "i1",
                image.image(),
                Optional.of(new Footage(4500, 1000)),
                image.positives(),
                List.of(),
                List.of(),
                Split.TRAIN);

        assertThat(new String(ManifestJson.write(List.of(video)), StandardCharsets.UTF_8))
                .isEqualTo(line);
        assertThat(read(line + LINE)).containsExactly(video, image);
        assertThat(video.images()).isEqualTo(5);
        assertThat(image.images()).isEqualTo(1);
    }

    @Test
    void many_entries_are_read_back_in_order() throws Exception {
        List<ManifestEntry> entries = IntStream.range(0, 3_000)
                .mapToObj(i -> entry("input\n" + i, "c"))
                .toList();

        assertThat(ManifestJson.read(new ByteArrayInputStream(ManifestJson.write(entries))))
                .isEqualTo(entries);
    }

    @Test
    void a_region_keeps_its_edges() throws Exception {
        LabelledRegion region = new LabelledRegion("c", 0, 0.1f, 0.7, 1);
        ManifestEntry entry = new ManifestEntry(
                "i1", new StoredObject("k", "a".repeat(64), 7), List.of("c"), List.of(), List.of(region), Split.TRAIN);

        assertThat(ManifestJson.read(new ByteArrayInputStream(ManifestJson.write(List.of(entry)))))
                .containsExactly(entry);
    }

    @Test
    void a_region_without_an_inside_is_unreadable() {
        String region = "{\"concept\":\"c\",\"top\":0.5,\"left\":0.0,\"bottom\":0.5,\"right\":1.0}";

        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read(LINE.replace("\"regions\":[]", "\"regions\":[" + region + "]")))
                .withMessageStartingWith("manifest line 1: a region needs 0 <= top < bottom <= 1");
    }

    @Test
    void no_entries_are_no_bytes() throws Exception {
        assertThat(ManifestJson.write(List.of())).isEmpty();
        assertThat(read("")).isEmpty();
    }

    @Test
    void a_manifest_that_was_cut_short_is_unreadable() {
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read(LINE + LINE.stripTrailing()))
                .withMessage("manifest ends inside line 2: the last line feed is missing");
    }

    @Test
    void the_reason_names_the_line() {
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read(LINE + LINE.replace("TRAIN", "BOTH")))
                .withMessageStartingWith("manifest line 2: ");
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read("\n"))
                .withMessageStartingWith("manifest line 1: ");
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read("null\n"))
                .withMessage("manifest line 1 is null");
    }

    @Test
    void a_line_above_the_limit_is_unreadable() {
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read(LINE + "x".repeat(ManifestJson.LINE_BYTES_MAX + 1)))
                .withMessage("manifest line 2 has more than 1048576 bytes");
    }

    private static List<ManifestEntry> read(String lines) throws Exception {
        return ManifestJson.read(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    }

    private static ManifestEntry entry(String inputId, String positive) {
        return new ManifestEntry(
                inputId, new StoredObject("k", "a".repeat(64), 7), List.of(positive), List.of(), Split.TRAIN);
    }
}
