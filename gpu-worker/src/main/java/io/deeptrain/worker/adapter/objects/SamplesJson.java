package io.deeptrain.worker.adapter.objects;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deeptrain.worker.evaluation.EpochSample;
import java.util.List;

/**
 * What was said of single images after each epoch, as JSON. Lists that are empty are left out: a classifier has no
 * regions, a detector says nothing of an image as a whole.
 */
public final class SamplesJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .withConfigOverride(
                    List.class,
                    list -> list.setInclude(JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
                            .setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
            .build();

    private SamplesJson() {}

    public static String write(List<EpochSample> samples) throws JsonProcessingException {
        return MAPPER.writeValueAsString(samples);
    }

    public static List<EpochSample> read(String json) throws JsonProcessingException {
        return List.of(MAPPER.readValue(json, EpochSample[].class));
    }
}
