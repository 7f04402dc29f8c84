package io.deeptrain.api.adapter.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.OutputConfig;
import io.deeptrain.contract.OutputInfo;
import io.deeptrain.contract.TrainInfo;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A classifier that must say one concept of each image learns nothing if there is but one. */
class LoneConceptTest {
    private static final String NOTHING =
            "Nothing to learn: of each image exactly one concept is said, and 'cat' is the only one: ";

    private String modelType = "visual-classifier";
    private final Map<String, Value> params = new TreeMap<>();
    private boolean outputExclusive;

    private LoneConceptTest of(String type) {
        modelType = type;
        return this;
    }

    private LoneConceptTest template(String name) {
        params.put("template", Value.newBuilder().setStringValue(name).build());
        return this;
    }

    private LoneConceptTest logreg(int value) {
        params.put("logreg", Value.newBuilder().setNumberValue(value).build());
        return this;
    }

    private LoneConceptTest exclusive(boolean value) {
        params.put(
                "concepts_mutually_exclusive",
                Value.newBuilder().setBoolValue(value).build());
        return this;
    }

    private LoneConceptTest outputExclusive() {
        outputExclusive = true;
        return this;
    }

    private List<String> warnings(String... concepts) {
        Data.Builder data = Data.newBuilder();
        for (String concept : concepts) {
            data.addConcepts(Concept.newBuilder().setId(concept));
        }
        ModelVersion asked = ModelVersion.newBuilder()
                .setTrainInfo(
                        TrainInfo.newBuilder().setParams(Struct.newBuilder().putAllFields(params)))
                .setOutputInfo(OutputInfo.newBuilder()
                        .setData(data)
                        .setOutputConfig(OutputConfig.newBuilder().setConceptsMutuallyExclusive(outputExclusive)))
                .build();
        return TrainingDraft.of(modelType, Model.getDefaultInstance(), asked)
                .complete()
                .warnings(List.of());
    }

    @Test
    void one_concept_that_must_be_said_is_told_of_and_what_to_set() {
        assertThat(warnings("cat")).containsExactly(NOTHING + "set logreg to 1, or add a concept");
    }

    @Test
    void two_concepts_can_be_told_apart() {
        assertThat(warnings("cat", "dog")).isEmpty();
    }

    @Test
    void a_yes_or_no_can_be_learned() {
        assertThat(logreg(1).warnings("cat")).isEmpty();
    }

    @Test
    void templates_that_have_a_flag_name_it() {
        template("MMClassification_ResNet_50");
        assertThat(exclusive(true).warnings("cat"))
                .containsExactly(NOTHING + "set concepts_mutually_exclusive to false, or add a concept");
        assertThat(exclusive(false).warnings("cat")).isEmpty();
    }

    @Test
    void transfer_learning_has_it_in_the_configuration_of_its_output() {
        of("embedding-classifier");
        assertThat(warnings("cat")).isEmpty();
        assertThat(outputExclusive().warnings("cat"))
                .containsExactly(NOTHING
                        + "set output_info.output_config.concepts_mutually_exclusive to false, or add a concept");
    }

    @Test
    void an_embedder_that_places_by_angles_between_concepts_needs_two() {
        assertThat(of("visual-embedder")
                        .template("Clarifai_ResNet_AngularMargin")
                        .warnings("cat"))
                .containsExactly(NOTHING + "add a concept");
    }

    @Test
    void a_detector_tells_its_concept_from_all_that_is_none() {
        assertThat(of("visual-detector").warnings("cat")).isEmpty();
    }
}
