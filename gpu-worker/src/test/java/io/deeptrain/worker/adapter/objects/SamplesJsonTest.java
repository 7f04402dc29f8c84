package io.deeptrain.worker.adapter.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.deeptrain.worker.evaluation.EpochSample;
import io.deeptrain.worker.evaluation.EpochSample.FoundObject;
import io.deeptrain.worker.evaluation.EpochSample.Said;
import io.deeptrain.worker.evaluation.EpochSample.SampledImage;
import io.deeptrain.worker.evaluation.EpochSample.ShownObject;
import io.deeptrain.worker.evaluation.Region;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesJsonTest {
    @Test
    void of_a_classifier_is_written_what_checkpoints_of_earlier_releases_hold() throws JsonProcessingException {
        String json =
                "[{\"epoch\":1,\"step\":3,\"images\":[{\"input_id\":\"a\",\"shown\":[\"cat\"],\"said\":[{\"concept\":\"cat\",\"value\":0.5}]}]}]";
        List<EpochSample> samples = List.of(new EpochSample(
                1,
                3,
                List.of(new SampledImage("a", List.of("cat"), List.of(new Said("cat", 0.5f)), List.of(), List.of()))));
        assertThat(SamplesJson.write(samples)).isEqualTo(json);
        assertThat(SamplesJson.read(json)).isEqualTo(samples);
    }

    @Test
    void of_a_detector_are_written_the_regions() throws JsonProcessingException {
        Region region = new Region(0.25f, 0, 1, 0.5f);
        List<EpochSample> samples = List.of(new EpochSample(
                1,
                3,
                List.of(new SampledImage(
                        "a",
                        List.of(),
                        List.of(),
                        List.of(new ShownObject("cat", region)),
                        List.of(new FoundObject("dog", 0.75f, region))))));
        String json = SamplesJson.write(samples);
        String place = "\"region\":{\"top_row\":0.25,\"left_col\":0.0,\"bottom_row\":1.0,\"right_col\":0.5}";
        assertThat(json)
                .isEqualTo(
                        "[{\"epoch\":1,\"step\":3,\"images\":[{\"input_id\":\"a\",\"objects\":[{\"concept\":\"cat\",%s}],\"found\":[{\"concept\":\"dog\",\"value\":0.75,%s}]}]}]"
                                .formatted(place, place));
        assertThat(SamplesJson.read(json)).isEqualTo(samples);
    }
}
