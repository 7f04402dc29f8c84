package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published of each image that a classifier was measured by. */
class EvaluatedImagesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Origin SCRATCH = new Origin.Scratch();

    @TempDir
    Path folder;

    private static String stored(TrainingBench bench, String file) throws IOException {
        try (InputStream stored = bench.store().open("jobs/job-1/attempts/1/" + file)) {
            return new String(stored.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<JsonNode> answers(TrainingBench bench) throws IOException {
        List<JsonNode> answers = new ArrayList<>();
        for (String line : stored(bench, "answers.jsonl").lines().toList()) {
            answers.add(MAPPER.readTree(line));
        }
        return answers;
    }

    /** How often each concept was the highest, by the one that is shown. */
    private static List<List<Long>> confusion(List<JsonNode> answers, List<String> concepts) {
        long[][] cells = new long[concepts.size()][concepts.size()];
        for (JsonNode answer : answers) {
            int said = concepts.indexOf(answer.at("/said/0/concept").asText());
            answer.path("shown").forEach(shown -> cells[concepts.indexOf(shown.asText())][said]++);
        }
        return Arrays.stream(cells)
                .map(row -> Arrays.stream(row).boxed().toList())
                .toList();
    }

    private static List<List<Long>> published(TrainingBench bench) throws IOException {
        List<List<Long>> rows = new ArrayList<>();
        for (JsonNode row : MAPPER.readTree(stored(bench, "report.json")).path("confusion")) {
            List<Long> cells = new ArrayList<>();
            row.forEach(cell -> cells.add(cell.asLong()));
            rows.add(cells);
        }
        return rows;
    }

    @Test
    void each_cell_of_the_confusion_can_be_listed_of_the_state_that_is_published() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .digits(60, Split.TRAIN)
                .digits(40, Split.TEST)
                .set("batch_size", 16L)
                .set("num_epochs", 20L)
                .set("early_stopping_patience", 2L);
        Finished finished = (Finished) bench.run(bench.assignment(1, SCRATCH)).getLast();
        assertThat(finished.completion())
                .as("the newest state was looked at and then the best")
                .isEqualTo(Completion.NO_LONGER_IMPROVING);

        List<JsonNode> answers = answers(bench);
        assertThat(answers).hasSize(40);
        assertThat(confusion(answers, TrainingBench.DIGITS)).isEqualTo(published(bench));
        for (int n = 0; n < 40; n++) {
            JsonNode answer = answers.get(n);
            assertThat(answer.path("input_id").asText()).isEqualTo("input-" + (60 + n));
            assertThat(answer.path("shown")).hasSize(1);
            assertThat(answer.at("/shown/0").asText()).isEqualTo(Integer.toString(n % 10));
            List<Double> values = new ArrayList<>();
            answer.path("said").forEach(said -> values.add(said.path("value").asDouble()));
            assertThat(values).hasSize(5).isSortedAccordingTo(Collections.reverseOrder());
            assertThat(values.getFirst()).isBetween(0.1, 1.0);
        }
        assertThat(stored(bench, "README.md")).contains("* `answers.jsonl`: ");
    }

    @Test
    void a_head_on_a_models_embeddings_is_published_with_them_too() throws Exception {
        TrainingBench before = new TrainingBench(folder).digits(20, Split.TRAIN).set("num_epochs", 1L);
        StoredObject base =
                ((Finished) before.run(before.assignment(2, SCRATCH)).getLast()).model();
        TrainingBench bench = new TrainingBench(folder).transferring(base).concepts("even", "odd");
        for (int n = 0; n < 30; n++) {
            bench.image(DrawnDigits.png(n % 10, 5_000L + n), Split.TRAIN, n % 2 == 0 ? "even" : "odd");
        }
        bench.run(bench.assignment(1, SCRATCH));
        assertThat(answers(bench)).hasSize(30);
        assertThat(confusion(answers(bench), List.of("even", "odd"))).isEqualTo(published(bench));
    }

    @Test
    void models_that_tell_no_concepts_apart_have_none() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .detector("DeepTrain_SmallDetector")
                .concepts("0", "1")
                .scenes(4, Split.TRAIN)
                .set("image_size", 64L)
                .set("batch_size", 2L)
                .set("num_epochs", 1L);
        assertThat(bench.run(bench.assignment(1, SCRATCH)).getLast()).isInstanceOf(Finished.class);
        assertThat(bench.store().exists("jobs/job-1/attempts/1/answers.jsonl")).isFalse();
        assertThat(stored(bench, "README.md")).doesNotContain("answers.jsonl");
    }
}
