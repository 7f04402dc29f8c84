package io.deeptrain.worker.adapter.objects;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deeptrain.worker.artifact.ImageAnswers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What was said of images as JSON, a line for each, made while it is read. */
final class AnswerLines extends InputStream {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final ImageAnswers answers;
    private int next;
    private byte[] line = new byte[0];
    private int at;

    AnswerLines(ImageAnswers answers) {
        this.answers = answers;
    }

    @Override
    public int read() throws IOException {
        return isOver() ? -1 : Byte.toUnsignedInt(line[at++]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (isOver()) {
            return -1;
        }
        int count = Math.min(length, line.length - at);
        System.arraycopy(line, at, into, offset, count);
        at += count;
        return count;
    }

    private boolean isOver() throws IOException {
        if (at == line.length && next < answers.count()) {
            line = (MAPPER.writeValueAsString(answers.answer(next)) + '\n').getBytes(StandardCharsets.UTF_8);
            next++;
            at = 0;
        }
        return at == line.length;
    }
}
