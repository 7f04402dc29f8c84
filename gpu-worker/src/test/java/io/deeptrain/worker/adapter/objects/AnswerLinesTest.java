package io.deeptrain.worker.adapter.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.artifact.ImageAnswers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerLinesTest {
    /** So many that nothing could hold them. */
    private record Many(int count) implements ImageAnswers {
        @Override
        public Answer answer(int image) {
            return new Answer("bild-\u00e4-" + image, List.of("a \"b\""), List.of(new Said("c\n", 0.5f)));
        }
    }

    private static final String FIRST =
            "{\"input_id\":\"bild-\u00e4-0\",\"shown\":[\"a \\\"b\\\"\"],\"said\":[{\"concept\":\"c\\n\",\"value\":0.5}]}\n";

    @Test
    void each_image_is_a_line_of_json() throws IOException {
        try (InputStream lines = new AnswerLines(new Many(2))) {
            assertThat(new String(lines.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(FIRST + FIRST.replace("-0", "-1"));
            assertThat(lines.read()).isEqualTo(-1);
        }
        ByteArrayOutputStream single = new ByteArrayOutputStream();
        try (InputStream lines = new AnswerLines(new Many(1))) {
            for (int next = lines.read(); next >= 0; next = lines.read()) {
                single.write(next);
            }
        }
        assertThat(single.toString(StandardCharsets.UTF_8)).isEqualTo(FIRST);
    }

    @Test
    void a_million_images_are_never_held_at_once() throws IOException {
        try (InputStream lines = new AnswerLines(new Many(1_000_000))) {
            long bytes = lines.transferTo(OutputStream.nullOutputStream());
            assertThat(bytes).isGreaterThan(80_000_000);
        }
    }
}
