package io.deeptrain.api.adapter.objects;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.deeptrain.api.dataset.FrozenInput;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The inputs of a dataset version as bytes: one in JSON a line, UTF-8, each line ended by a line feed. Equal inputs
 * give equal bytes, so that the hash of the bytes is the hash of the content.
 */
public final class SnapshotJson {
    /** What is not there is left out, so that images alone are the bytes that they always were. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .withConfigOverride(
                    Optional.class,
                    optional -> optional.setInclude(JsonInclude.Value.construct(Include.NON_ABSENT, Include.ALWAYS)))
            .build();

    private SnapshotJson() {}

    public static byte[] write(List<FrozenInput> inputs) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (FrozenInput input : inputs) {
            try {
                lines.writeBytes(MAPPER.writeValueAsBytes(input));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("cannot be written as JSON: " + input, e);
            }
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    /** Reads to the end of {@code content}, which stays open. */
    public static List<FrozenInput> read(InputStream content) throws IOException {
        List<FrozenInput> inputs = new ArrayList<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            inputs.add(MAPPER.readValue(line, FrozenInput.class));
        }
        return List.copyOf(inputs);
    }
}
