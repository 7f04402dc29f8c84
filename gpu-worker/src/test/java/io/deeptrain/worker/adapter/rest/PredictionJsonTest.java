package io.deeptrain.worker.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.video.Moment;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.prediction.Prediction.Scored;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionJsonTest {
    @Test
    void an_output_has_the_one_part_that_the_model_answers() {
        assertThat(json(new Prediction.Seen(List.of(new Scored("bee", 0.5f)))))
                .isEqualTo("{\"concepts\":[{\"id\":\"bee\",\"value\":0.5}]}");
        assertThat(json(new Prediction.Detected(
                        List.of(new Prediction.Region(new Scored("bee", 0.5f), 0, 0.25f, 1, 0.75f)))))
                .isEqualTo("{\"regions\":[{\"concept\":{\"id\":\"bee\",\"value\":0.5},"
                        + "\"top\":0.0,\"left\":0.25,\"bottom\":1.0,\"right\":0.75}]}");
        assertThat(json(new Prediction.Embedded(List.of(0.6f, -0.8f)))).isEqualTo("{\"embedding\":[0.6,-0.8]}");
        assertThat(json(new Prediction.Filmed(
                        List.of(new Prediction.Frame(new Moment(1, 25, 1000), new Prediction.Embedded(List.of(1f)))))))
                .isEqualTo(
                        "{\"frames\":[{\"index\":1,\"frame\":25,\"time_millis\":1000,\"seen\":{\"embedding\":[1.0]}}]}");
        assertThat(json(new Prediction.Unusable("torn")))
                .isEqualTo("{\"error\":{\"code\":\"IMAGE_UNUSABLE\",\"message\":\"torn\"}}");
    }

    @Test
    void nothing_found_is_an_answer() {
        assertThat(json(new Prediction.Detected(List.of()))).isEqualTo("{\"regions\":[]}");
    }

    private static String json(Prediction prediction) {
        try {
            return new ObjectMapper().writeValueAsString(PredictionJson.Output.of(prediction));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
