package io.deeptrain.api.adapter.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.evaluation.Evaluation;
import io.deeptrain.api.evaluation.Report;
import io.deeptrain.api.evaluation.Report.Counts;
import io.deeptrain.api.evaluation.Report.ImageScores;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.contract.EvalTestSetEntry;
import io.deeptrain.contract.FieldsValue;
import io.deeptrain.contract.Input;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.video.Clip;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvaluationMessagesTest {
    private static final Report REPORT = new Report(
            Split.TEST,
            4,
            List.of(new Counts("cat", 4, 0, 0, 1, 1, 1)),
            List.of(List.of(4L)),
            List.of(score("holiday@3000ms"), score("image"), score("image@2ms"), score("gone@0ms")));

    private static ImageScores score(String image) {
        return new ImageScores(image, List.of(0), List.of(0.9));
    }

    private static LabelledImage input(String id, Optional<Clip> video) {
        return new LabelledImage(
                id,
                new StoredObject(id, "a".repeat(64), 3),
                video,
                "https://example.com/" + id,
                "{}",
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH);
    }

    /** An image may have an id that looks like a frame's. */
    @Test
    void a_frame_is_shown_with_its_video_and_an_image_as_itself() {
        Map<String, LabelledImage> inputs = Map.of(
                "holiday", input("holiday", Optional.of(new Clip("animated GIF", 8, 8, 90, 9000))),
                "image", input("image", Optional.empty()),
                "image@2ms", input("image@2ms", Optional.empty()));
        List<Input> shown = EvaluationMessages.metrics(
                        Evaluation.of(REPORT),
                        FieldsValue.newBuilder().setTestSet(true).build(),
                        inputs)
                .getTestSetList()
                .stream()
                .map(EvalTestSetEntry::getInput)
                .toList();
        assertThat(shown).extracting(Input::getId).containsExactly("holiday@3000ms", "image", "image@2ms", "gone@0ms");
        assertThat(shown)
                .extracting(input -> input.getData().getVideo().getUrl()
                        + input.getData().getImage().getUrl())
                .containsExactly(
                        "https://example.com/holiday",
                        "https://example.com/image",
                        "https://example.com/image@2ms",
                        "");
        assertThat(shown.getFirst().getData().hasImage()).isFalse();
    }
}
