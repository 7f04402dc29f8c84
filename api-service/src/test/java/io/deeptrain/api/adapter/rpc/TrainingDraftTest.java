package io.deeptrain.api.adapter.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.dataset.DatasetChoice;
import io.deeptrain.api.hyperparameter.Hyperparameters;
import io.deeptrain.api.hyperparameter.Hyperparameters.Complete;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Fault;
import io.deeptrain.api.violation.Violation;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Dataset;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.OutputInfo;
import io.deeptrain.contract.TrainInfo;
import io.deeptrain.event.CostCap;
import io.deeptrain.template.TemplateCatalogue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TrainingDraftTest {
    private static final String TYPE = "visual-classifier";
    private static final Map<String, Object> DEFAULTS = TemplateCatalogue.modelType(TYPE)
            .flatMap(type -> type.template("classification_cifar10_v1"))
            .map(template -> ((Complete) Hyperparameters.of(template, Map.of())).values())
            .orElseThrow();

    @Test
    void what_is_not_asked_for_is_the_template_s_default() {
        TrainingOrder order = order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of())));

        assertThat(order.template().id()).isEqualTo("classification_cifar10_v1");
        assertThat(order.hyperparameters()).isEqualTo(DEFAULTS);
        assertThat(order.concepts()).containsExactly("cat");
        assertThat(order.invalidDataTolerancePercent()).isEqualTo(5);
        assertThat(order.cap()).isEqualTo(new CostCap.Unlimited());
        assertThat(order.seed()).isEqualTo(42);
    }

    @Test
    void the_version_goes_before_the_model_and_the_model_before_the_template() {
        TrainingOrder order = order(
                TYPE,
                model(params(Map.of("num_epochs", number(3), "batch_size", number(16))), "cat"),
                asked(params(Map.of("num_epochs", number(4)))));

        assertThat(order.hyperparameters())
                .containsEntry("num_epochs", 4L)
                .containsEntry("batch_size", 16L)
                .containsEntry("image_size", 32L);
    }

    @Test
    void what_every_template_has_is_no_hyperparameter_of_the_job_but_is_kept_and_shown() {
        TrainingOrder order = order(
                TYPE,
                model(params(Map.of()), "cat"),
                asked(params(Map.of(
                        "max_cost_cents", number(1_500),
                        "seed", number(7),
                        "invalid_data_tolerance_percent", number(0)))));

        assertThat(order.cap()).isEqualTo(new CostCap.AtMost(1_500));
        assertThat(order.seed()).isEqualTo(7);
        assertThat(order.invalidDataTolerancePercent()).isZero();
        assertThat(order.hyperparameters()).isEqualTo(DEFAULTS);
    }

    @Test
    void a_class_of_gpus_goes_with_the_job_if_one_is_asked_for() {
        TrainingOrder order =
                order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of("gpu_class", text("NVIDIA H200")))));

        assertThat(order.hyperparameters()).containsEntry("gpu_class", "NVIDIA H200");
        assertThat(order.document().getTrainInfo().getParams().getFieldsOrThrow("gpu_class"))
                .isEqualTo(text("NVIDIA H200"));
        assertThat(order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of("gpu_class", text(" ")))))
                        .hyperparameters())
                .isEqualTo(DEFAULTS);
    }

    @Test
    void a_slice_is_of_a_single_gpu_and_as_large_as_thousandths_can_say() {
        TrainingOrder order =
                order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of("gpu_fraction", number(0.25)))));
        assertThat(order.hyperparameters()).containsEntry("gpu_fraction", 0.25);
        assertThat(order.wanted()).isEqualTo(new EstimateCalls.Wanted(1, Optional.empty(), 250));
        assertThat(order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of("gpu_fraction", number(1)))))
                        .hyperparameters())
                .isEqualTo(DEFAULTS);
        assertThat(wrong(Map.of("gpu_fraction", number(0.5), "num_gpus", number(2))))
                .containsExactly(new Violation(
                        "train_info.params.gpu_fraction",
                        "0.5",
                        "1 with num_gpus above 1, which is 2",
                        Optional.of(1.0)));
        assertThat(wrong(Map.of("gpu_fraction", number(0.1234))))
                .containsExactly(new Violation(
                        "train_info.params.gpu_fraction", "0.1234", "a multiple of 0.001 up to 1", Optional.of(0.123)));
        assertThat(wrong(Map.of("gpu_fraction", number(0))))
                .extracting(Violation::field)
                .containsExactly("train_info.params.gpu_fraction");
    }

    private static List<Violation> wrong(Map<String, Value> params) {
        return Fault.violations(TrainingDraft.of(TYPE, model(params(Map.of()), "cat"), asked(params(params)))
                .faults());
    }

    @Test
    void the_version_is_kept_as_it_will_be_trained() {
        TrainingOrder order = order(
                TYPE,
                model(params(Map.of("num_epochs", number(3))), "cat", "dog"),
                ModelVersion.newBuilder().setDescription("mine").build());

        assertThat(order.document().getDescription()).isEqualTo("mine");
        assertThat(order.document().getActiveConceptCount()).isEqualTo(2);
        assertThat(order.document().getOutputInfo().getData().getConceptsCount())
                .isEqualTo(2);
        assertThat(order.document().getTrainInfo().getParams().getFieldsMap())
                .containsEntry("template", text("classification_cifar10_v1"))
                .containsEntry("num_epochs", number(3))
                .containsEntry("average_horizontal_flips", flag(false))
                .containsEntry("image_size", number(32));
    }

    @Test
    void the_concepts_of_the_version_go_before_those_of_the_model_and_each_counts_once() {
        TrainingOrder order = order(
                TYPE,
                model(params(Map.of()), "cat"),
                ModelVersion.newBuilder()
                        .setOutputInfo(concepts("dog", "bird", "dog"))
                        .build());
        assertThat(order.concepts()).containsExactly("dog", "bird");

        TrainingOrder inherited = order(
                TYPE,
                model(params(Map.of()), "cat"),
                ModelVersion.newBuilder().setOutputInfo(concepts()).build());
        assertThat(inherited.concepts()).containsExactly("cat");

        assertRefused(
                () -> order(TYPE, model(params(Map.of()), "cat", ""), asked(params(Map.of()))),
                StatusCode.BAD_REQUEST_FORMAT,
                "output_info.data.concepts[1].id is ''");
    }

    @Test
    void a_template_goes_by_its_name_or_another_of_its_names() {
        for (String name : new String[] {"Clarifai_InceptionV2", "Clarifai-InceptionV2", "InceptionV2"}) {
            TrainingOrder order =
                    order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of("template", text(name)))));
            assertThat(order.template().id()).isEqualTo("Clarifai_InceptionV2");
        }
        assertThat(order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of("template", text("")))))
                        .template()
                        .id())
                .isEqualTo("classification_cifar10_v1");
    }

    @Test
    void a_template_that_no_worker_trains_is_refused_with_those_that_are_trained() {
        TrainingDraft draft = TrainingDraft.of(
                TYPE,
                model(params(Map.of()), "cat"),
                asked(params(Map.of("template", text("MMClassification_EfficientNet")))));
        draft.complete();
        assertRefused(
                () -> draft.toTrain().complete(),
                StatusCode.MODEL_TRAINING_INVALID_PARAMS,
                "train_info.params.template is MMClassification_EfficientNet but must be one that the workers of this"
                        + " release train: classification_cifar10_v1, Clarifai_InceptionV2");
    }

    @Test
    void an_unknown_model_type_or_template_is_refused_with_those_there_are() {
        assertRefused(
                () -> order("oracle", model(params(Map.of()), "cat"), asked(params(Map.of()))),
                StatusCode.MODEL_INVALID_ARGUMENT,
                "model_type_id is 'oracle' but must be one of visual-classifier, visual-detector, visual-embedder");
        for (Value wrong : new Value[] {text("oracle"), number(1), flag(true), list()}) {
            assertRefused(
                    () -> order(TYPE, model(params(Map.of()), "cat"), asked(params(Map.of("template", wrong)))),
                    StatusCode.MODEL_TRAINING_INVALID_PARAMS,
                    "but must be one of classification_cifar10_v1, Clarifai_InceptionV2");
        }
    }

    @Test
    void everything_that_is_wrong_is_said_at_once_also_beside_an_unknown_template() {
        assertThatThrownBy(() -> order(
                        TYPE,
                        model(params(Map.of("template", text("oracle"), "nonsense", text("x"))), "cat"),
                        asked(params(Map.of("num_epochs", number(-1), "seed", number(-1), "batch_size", number(8))))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.status()).isEqualTo(StatusCode.MODEL_TRAINING_INVALID_PARAMS);
                    assertThat(refusal.details().lines().toList())
                            .satisfiesExactly(
                                    line -> assertThat(line).startsWith("train_info.params.template is oracle but"),
                                    line -> assertThat(line)
                                            .isEqualTo("train_info.params.nonsense is x but must be left out, for no "
                                                    + "template of visual-classifier has it"),
                                    line -> assertThat(line).startsWith("train_info.params.num_epochs is -1"),
                                    line -> assertThat(line).startsWith("train_info.params.seed is -1"));
                });
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        assertThatThrownBy(() -> order(
                        TYPE,
                        model(params(Map.of("batch_size", number(129), "nonsense", text("x"))), "cat"),
                        asked(params(Map.of(
                                "num_epochs", number(1.5),
                                "seed", number(-1),
                                "average_horizontal_flips", text("true"),
                                "image_size", list())))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.status()).isEqualTo(StatusCode.MODEL_TRAINING_INVALID_PARAMS);
                    assertThat(refusal.details().lines().toList())
                            .satisfiesExactly(
                                    line -> assertThat(line)
                                            .startsWith("train_info.params.average_horizontal_flips is true but must be"
                                                    + " true or false"),
                                    line -> assertThat(line)
                                            .startsWith("train_info.params.batch_size is 129 ")
                                            .endsWith("the nearest is 128"),
                                    line -> assertThat(line)
                                            .startsWith("train_info.params.image_size is [] but must be"),
                                    line -> assertThat(line).startsWith("train_info.params.nonsense is x"),
                                    line -> assertThat(line).startsWith("train_info.params.num_epochs is 1.5"),
                                    line -> assertThat(line)
                                            .startsWith("train_info.params.seed is -1 ")
                                            .endsWith("the nearest is 0"));
                });
    }

    @Test
    void a_value_that_was_lost_on_the_way_is_as_if_it_were_not_there() {
        TrainingOrder order = order(
                TYPE,
                model(params(Map.of("num_epochs", number(3))), "cat"),
                asked(params(Map.of(
                        "num_epochs",
                        Value.getDefaultInstance(),
                        "batch_size",
                        Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build()))));

        assertThat(order.hyperparameters()).containsEntry("num_epochs", 3L).containsEntry("batch_size", 64L);
    }

    @Test
    void the_dataset_is_what_the_version_names_over_the_parameters_over_the_model() {
        TrainInfo named = TrainInfo.newBuilder()
                .setDataset(Dataset.newBuilder().setId("d"))
                .build();
        Model plain = model(params(Map.of()), "cat");
        Model naming = plain.toBuilder().setTrainInfo(named).build();
        ModelVersion byParameter = asked(params(Map.of("dataset_id", text("p"))));
        ModelVersion byField = byParameter.toBuilder()
                .setTrainInfo(byParameter.getTrainInfo().toBuilder().setDataset(named.getDataset()))
                .build();

        assertThat(order(TYPE, plain, asked(params(Map.of()))).dataset()).isEqualTo(new DatasetChoice.AllInputs());
        assertThat(order(TYPE, naming, asked(params(Map.of()))).dataset()).isEqualTo(new DatasetChoice.Current("d"));
        assertThat(order(TYPE, naming, byParameter).dataset()).isEqualTo(new DatasetChoice.Current("p"));
        assertThat(order(TYPE, plain, byField).dataset()).isEqualTo(new DatasetChoice.Current("d"));
        assertThat(order(TYPE, plain, byParameter).hyperparameters()).isEqualTo(DEFAULTS);
    }

    @Test
    void without_a_concept_there_is_nothing_to_train() {
        TrainingDraft draft = TrainingDraft.of(TYPE, model(params(Map.of())), asked(params(Map.of())));

        draft.complete();
        assertRefused(
                () -> draft.toTrain().complete(),
                StatusCode.MODEL_TRAINING_NO_DATA,
                "output_info.data.concepts is empty but must be at least one concept");
    }

    @Test
    void what_is_wrong_outside_the_parameters_is_said_beside_what_is_wrong_in_them() {
        TrainingDraft draft = TrainingDraft.of(
                        TYPE,
                        model(params(Map.of("template", text("oracle"))), "cat", "", "a\tb"),
                        asked(params(Map.of("max_cost_cents", number(-1)))))
                .toTrain()
                .with(List.of(Fault.of(StatusCode.MODEL_TRAINING_NO_DATA, "train_info.dataset.id", "'d'", "another")));

        assertThatThrownBy(draft::complete).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.status()).isEqualTo(StatusCode.MODEL_TRAINING_INVALID_PARAMS);
            assertThat(refusal.violations())
                    .extracting(Violation::field, Violation::value)
                    .containsExactly(
                            tuple("output_info.data.concepts[1].id", "''"),
                            tuple("output_info.data.concepts[2].id", "'a?b'"),
                            tuple("train_info.params.template", "oracle"),
                            tuple("train_info.params.max_cost_cents", "-1"),
                            tuple("train_info.dataset.id", "'d'"));
            assertThat(refusal.details().lines()).hasSize(5);
        });
    }

    @Test
    void an_unknown_type_does_not_hide_what_else_is_wrong() {
        assertThatThrownBy(() -> order("oracle", model(params(Map.of()), ""), ModelVersion.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.violations())
                                .extracting(Violation::field)
                                .containsExactly("model_type_id", "output_info.data.concepts[0].id"));
    }

    @Test
    void no_refusal_is_longer_than_anybody_reads() {
        Map<String, Value> nonsense = new TreeMap<>();
        for (int i = 0; i < 1_000; i++) {
            nonsense.put("nonsense-" + i, text("x".repeat(10_000)));
        }
        assertThatThrownBy(() -> order(TYPE, model(params(nonsense), "cat"), ModelVersion.getDefaultInstance()))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.violations()).hasSize(100);
                    assertThat(refusal.details()).endsWith("and 900 more").hasSizeLessThan(100_000);
                });
    }

    private static TrainingOrder order(String modelTypeId, Model model, ModelVersion asked) {
        return TrainingDraft.of(modelTypeId, model, asked).complete();
    }

    private static void assertRefused(ThrowingCallable call, StatusCode status, String details) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.status()).isEqualTo(status);
            assertThat(refusal.details()).contains(details);
        });
    }

    private static Model model(TrainInfo.Builder trainInfo, String... concepts) {
        return Model.newBuilder()
                .setTrainInfo(trainInfo)
                .setOutputInfo(concepts(concepts))
                .build();
    }

    private static ModelVersion asked(TrainInfo.Builder trainInfo) {
        return ModelVersion.newBuilder().setTrainInfo(trainInfo).build();
    }

    private static TrainInfo.Builder params(Map<String, Value> values) {
        return TrainInfo.newBuilder().setParams(Struct.newBuilder().putAllFields(values));
    }

    private static OutputInfo.Builder concepts(String... ids) {
        Data.Builder data = Data.newBuilder();
        for (String id : ids) {
            data.addConcepts(Concept.newBuilder().setId(id));
        }
        return OutputInfo.newBuilder().setData(data);
    }

    private static Value number(double value) {
        return Value.newBuilder().setNumberValue(value).build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static Value flag(boolean value) {
        return Value.newBuilder().setBoolValue(value).build();
    }

    private static Value list() {
        return Value.newBuilder().setListValue(ListValue.getDefaultInstance()).build();
    }
}
