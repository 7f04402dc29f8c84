package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.EvalMetrics;
import com.clarifai.grpc.api.FieldsValue;
import com.clarifai.grpc.api.GetEvaluationRequest;
import com.clarifai.grpc.api.GetModelVersionMetricsRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How good a version is, as the report of its training says. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class EvaluationsTest {
    /** As the worker writes it. */
    private static final String REPORT = """
            {"split":"TEST","images":3,"accuracy":0.6666666666666666,
             "concepts":[
              {"concept":"cat","true_positives":2,"false_positives":1,"false_negatives":0,
               "precision":0.6666666666666666,"recall":1.0,"f1":0.8},
              {"concept":"dog","true_positives":0,"false_positives":0,"false_negatives":1,
               "precision":0.0,"recall":0.0,"f1":0.0}],
             "confusion":[[2,0],[1,0]],
             "scores":[{"input_id":"a","shown":[0],"values":[0.9,0.1]},
                       {"input_id":"b","shown":[1],"values":[0.6,0.4]},
                       {"input_id":"c","shown":[0],"values":[0.5,0.5]}]}""";

    private static final String DETECTOR_REPORT = """
            {"split":"TEST","images":3,"mean_average_precision50":0.75,"mean_average_precision":0.5,
             "concepts":[
              {"concept":"cat","true_positives":4,"false_positives":1,"false_negatives":1,"precision":0.8,
               "recall":0.8,"f1":0.8,"average_precision50":0.75,"average_precision":0.5}]}""";

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    ObjectStore objects;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "");
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void an_evaluation_is_queued_once_and_then_there() throws IOException {
        String version = evaluable();
        String metrics = app.at("/models/m/versions/" + version + "/metrics");
        assertThat(app.rest()
                        .post(metrics, "{}")
                        .body()
                        .at("/model_version/metrics/status/code")
                        .asInt())
                .isEqualTo(21303);
        assertThat(app.rest()
                        .post(metrics, "{}")
                        .body()
                        .at("/model_version/metrics/status/code")
                        .asInt())
                .isEqualTo(21300);
        JsonNode bare = app.rest().get(metrics).body().at("/model_version/metrics");
        assertThat(bare.at("/status/code").asInt()).isEqualTo(21300);
        assertThat(bare.at("/summary/macro_avg_precision").floatValue()).isEqualTo(0.33333334f);
        assertThat(bare.at("/summary/macro_avg_recall").floatValue()).isEqualTo(0.5f);
        assertThat(bare.at("/summary/macro_avg_f1_score").floatValue()).isEqualTo(0.4f);
        // Cat: 0.9 over 0.6 but 0.5 below it. Dog: 0.4 over 0.1 but below 0.5.
        assertThat(bare.at("/summary/macro_avg_roc_auc").floatValue()).isEqualTo(0.5f);
        assertThat(bare.has("confusion_matrix")).isFalse();
        assertThat(bare.has("test_set")).isFalse();
    }

    @Test
    void its_findings_name_images_and_labels() throws IOException {
        String version = evaluable();
        JsonNode findings = app.rest()
                .get(app.at("/models/m/versions/" + version + "/findings"))
                .body()
                .path("findings");
        assertThat(findings.path("split").asText()).isEqualTo("test");
        assertThat(findings.path("images").asInt()).isEqualTo(3);
        assertThat(findings.at("/samples/0/images/0/input_id").asText()).isEqualTo("a");
        assertThat(findings.path("confusion").toString())
                .isEqualTo("[{\"actual\":\"cat\",\"predicted\":\"cat\",\"images\":2,\"input_ids\":[\"a\",\"c\"]},"
                        + "{\"actual\":\"dog\",\"predicted\":\"cat\",\"images\":1,\"input_ids\":[\"b\"]}]");
        assertThat(findings.at("/calibration/bins/0/said").asInt()).isEqualTo(1);
        assertThat(findings.at("/calibration/expected_error").floatValue()).isEqualTo((float) (1.2 / 3));
        // The other cat was told more surely, the dog itself less so.
        assertThat(findings.path("likely_label_errors").toString())
                .isEqualTo("[{\"input_id\":\"c\",\"labelled\":\"cat\",\"suggested\":\"dog\",\"margin\":0.0}]");
    }

    @Test
    void what_has_no_scores_has_no_findings() throws IOException {
        String version = evaluable(REPORT.replaceAll("(?s),\\s*\"scores.*", "}"));
        assertThat(app.rest()
                        .get(app.at("/models/m/versions/" + version + "/findings"))
                        .details())
                .isEqualTo(
                        "The report of model 'm', a visual-classifier, tells of no single images, as those of classifiers and detectors do");
    }

    @Test
    void a_detectors_findings_name_what_is_wrong_missed_and_badly_placed() throws IOException {
        String here = "{\"top_row\":0.0,\"left_col\":0.0,\"bottom_row\":0.5,\"right_col\":0.5}";
        String half = "{\"top_row\":0.0,\"left_col\":0.0,\"bottom_row\":0.25,\"right_col\":0.5}";
        String version = evaluable(
                DETECTOR_REPORT.replaceFirst("}$", """
                ,"detections":[
                  {"input_id":"a","objects":[{"concept":0,"region":HERE}],
                   "detections":[{"concept":0,"score":0.75,"region":HALF,"right":true,"object":0,"overlap":0.5},
                                 {"concept":0,"score":0.5,"region":HERE,"right":false,"object":0,"overlap":1.0}]},
                  {"input_id":"b","objects":[{"concept":0,"region":HALF}],"detections":[]}]}
                """.replace("HERE", here).replace("HALF", half)));
        JsonNode findings = app.rest()
                .get(app.at("/models/m/versions/" + version + "/findings"))
                .body()
                .path("findings");
        assertThat(findings.path("split").asText()).isEqualTo("test");
        assertThat(findings.path("images").asInt()).isEqualTo(2);
        assertThat(findings.path("concepts").toString())
                .isEqualTo("[{\"concept\":\"cat\",\"objects\":2,\"found\":1,\"false_positives\":1,"
                        + "\"false_positive_input_ids\":[\"a\"],\"missed_input_ids\":[\"b\"]}]");
        assertThat(findings.path("false_positives").toString())
                .isEqualTo("[{\"input_id\":\"a\",\"concept\":\"cat\",\"value\":0.5,\"region\":" + here
                        + ",\"overlap\":1.0,\"error\":\"duplicate\"}]");
        assertThat(findings.path("missed").toString())
                .isEqualTo("[{\"input_id\":\"b\",\"concept\":\"cat\",\"region\":" + half + "}]");
        assertThat(findings.path("worst_localised").toString())
                .isEqualTo("[{\"input_id\":\"a\",\"concept\":\"cat\",\"value\":0.75,\"region\":" + half
                        + ",\"overlap\":0.5,\"labelled_region\":" + here + "}]");
        assertThat(findings.at("/samples/0/images/0/input_id").asText()).isEqualTo("a");
    }

    @Test
    void a_detectors_report_of_an_earlier_release_has_no_findings() throws IOException {
        String version = evaluable(DETECTOR_REPORT);
        assertThat(app.rest()
                        .get(app.at("/models/m/versions/" + version + "/findings"))
                        .details())
                .contains("tells of no single images");
    }

    @Test
    void the_large_parts_come_when_they_are_asked_for() throws IOException {
        String version = evaluable();
        JsonNode metrics = app.rest()
                .get(app.at("/models/m/versions/" + version + "/metrics?fields.confusion_matrix=true"
                        + "&fields.cooccurrence_matrix=true&fields.label_counts=true&fields.binary_metrics=true"
                        + "&fields.test_set=true&fields.metrics_by_class=true"))
                .body()
                .at("/model_version/metrics");
        assertThat(metrics.at("/confusion_matrix/matrix").valueStream())
                .extracting(entry -> entry.path("value").asDouble())
                .containsExactly(1.0, 0.0, 1.0, 0.0);
        assertThat(metrics.at("/confusion_matrix/matrix/2/actual").asText()).isEqualTo("dog");
        assertThat(metrics.at("/cooccurrence_matrix/matrix/0/count").asInt()).isEqualTo(2);
        assertThat(metrics.at("/label_counts/positive_label_counts").findValuesAsText("count"))
                .containsExactly("2", "1");
        JsonNode cat = metrics.at("/binary_metrics/0");
        assertThat(cat.at("/concept/id").asText()).isEqualTo("cat");
        assertThat(cat.path("num_pos").asInt()).isEqualTo(2);
        assertThat(cat.path("num_neg").asInt()).isEqualTo(1);
        assertThat(cat.path("roc_auc").floatValue()).isEqualTo(0.5f);
        // 1/2 * 1/1 + 1/2 * 2/3.
        assertThat(cat.path("avg_precision").floatValue()).isEqualTo((float) (0.5 + 1 / 3.0));
        assertThat(cat.at("/roc_curve/tpr").toString()).isEqualTo("[0.0,0.5,0.5,1.0]");
        assertThat(cat.at("/roc_curve/fpr").toString()).isEqualTo("[0.0,0.0,1.0,1.0]");
        assertThat(cat.at("/precision_recall_curve/recall").toString()).isEqualTo("[0.5,0.5,1.0]");
        assertThat(metrics.path("metrics_by_class")).hasSize(2);
        assertThat(metrics.path("test_set")).hasSize(3);
        assertThat(metrics.at("/test_set/1/input/id").asText()).isEqualTo("b");
        assertThat(metrics.at("/test_set/1/ground_truth_concepts/0/id").asText())
                .isEqualTo("dog");
        assertThat(metrics.at("/test_set/1/predicted_concepts").findValuesAsText("id"))
                .containsExactly("cat", "dog");
    }

    @Test
    void a_detectors_report_says_how_well_objects_are_found() throws IOException {
        String version = evaluable(DETECTOR_REPORT);
        JsonNode metrics = app.rest()
                .get(app.at("/models/m/versions/" + version + "/metrics?fields.confusion_matrix=true"
                        + "&fields.cooccurrence_matrix=true&fields.label_counts=true&fields.binary_metrics=true"
                        + "&fields.test_set=true&fields.metrics_by_class=true"))
                .body()
                .at("/model_version/metrics");
        assertThat(metrics.at("/status/code").asInt()).isEqualTo(21300);
        assertThat(metrics.at("/summary/mean_avg_precision_iou_50").floatValue())
                .isEqualTo(0.75f);
        assertThat(metrics.at("/summary/mean_avg_precision_iou_range").floatValue())
                .isEqualTo(0.5f);
        assertThat(metrics.at("/summary/macro_avg_recall").floatValue()).isEqualTo(0.8f);
        JsonNode cat = metrics.at("/metrics_by_class/0");
        assertThat(cat.path("num_pos").asInt()).isEqualTo(5);
        assertThat(cat.path("num_neg").asInt()).isZero();
        assertThat(cat.path("avg_precision").floatValue()).isEqualTo(0.75f);
        assertThat(cat.path("iou").floatValue()).isEqualTo(0.5f);
        assertThat(metrics.has("test_set")).isFalse();
    }

    @Test
    void evaluations_are_listed_and_found_and_go_with_their_version() throws IOException {
        String version = evaluable();
        Answer posted = app.rest().post(app.at("/evaluations"), """
                {"eval_metrics":[{"model":{"id":"m","model_version":{"id":"%s"}}}]}
                """.formatted(version));
        assertThat(posted.code()).isEqualTo(10000);
        String id = posted.body().at("/eval_metrics/0/id").asText();
        assertThat(app.rest()
                        .post(app.at("/models/m/versions/" + version + "/evaluations"), "{}")
                        .body()
                        .at("/eval_metrics/0/id")
                        .asText())
                .isEqualTo(id);
        for (String list :
                new String[] {app.at("/evaluations"), app.at("/evaluations?model_type_id=visual-classifier")}) {
            JsonNode listed = app.rest().get(list).body().path("eval_metrics");
            assertThat(listed).hasSize(1);
            assertThat(listed.at("/0/model/model_version/id").asText()).isEqualTo(version);
            assertThat(listed.at("/0/summary/macro_avg_recall").floatValue()).isEqualTo(0.5f);
        }
        assertThat(app.rest()
                        .get(app.at("/evaluations?model_type_id=visual-detector"))
                        .body())
                .noneMatch(node -> node.findValue("summary") != null);
        assertThat(app.rest()
                        .get(app.at("/evaluations/" + id + "?fields.test_set=true"))
                        .body()
                        .at("/eval_metrics/test_set"))
                .hasSize(3);
        app.rest().delete(app.at("/models/m/versions/" + version));
        assertThat(app.rest().get(app.at("/evaluations/" + id)).code()).isEqualTo(11101);
        assertThat(app.rest().get(app.at("/evaluations")).body().has("eval_metrics"))
                .isFalse();
    }

    @Test
    void what_cannot_be_evaluated_is_refused_with_the_reason() throws IOException {
        String untrained = app.versions("m").at("/0/id").asText();
        Answer refused = app.rest().post(app.at("/models/m/versions/" + untrained + "/metrics"), "{}");
        assertThat(refused.code()).isEqualTo(21203);
        assertThat(refused.details()).contains("is not trained: Model not yet trained");
        assertThat(app.rest()
                        .get(app.at("/models/m/versions/" + untrained + "/metrics"))
                        .body()
                        .at("/model_version/metrics/status/code")
                        .asInt())
                .isEqualTo(21302);
        String version = evaluable();
        Answer params = app.rest()
                .post(
                        app.at("/models/m/versions/" + version + "/metrics"),
                        "{\"eval_info\":{\"params\":{\"dataset_id\":\"d\"}}}");
        assertThat(params.details()).startsWith("eval_info.params.dataset_id is 'd'");
        assertThat(app.rest().post(app.at("/evaluations"), "{}").details())
                .isEqualTo("eval_metrics holds 0 evaluations but must hold 1 to 32");

        String bare = new Trainings(app, elsewhere).trained("m");
        assertThat(app.rest()
                        .post(app.at("/models/m/versions/" + bare + "/metrics"), "{}")
                        .code())
                .isEqualTo(21317);
        assertThat(app.rest()
                        .get(app.at("/models/m/versions/" + bare + "/metrics"))
                        .body()
                        .at("/model_version/metrics/status/code")
                        .asInt())
                .isEqualTo(21317);
    }

    @Test
    void the_published_grpc_client_reads_the_same_figures() throws IOException {
        String version = evaluable();
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            V2Grpc.V2BlockingStub stub = V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS);
            UserAppIDSet whose =
                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()).build();
            EvalMetrics metrics = stub.getModelVersionMetrics(GetModelVersionMetricsRequest.newBuilder()
                            .setUserAppId(whose)
                            .setModelId("m")
                            .setVersionId(version)
                            .setFields(FieldsValue.newBuilder().setConfusionMatrix(true))
                            .build())
                    .getModelVersion()
                    .getMetrics();
            assertThat(metrics.getStatus().getCodeValue()).isEqualTo(21300);
            assertThat(metrics.getSummary().getMacroAvgRecall()).isEqualTo(0.5f);
            assertThat(metrics.getConfusionMatrix().getMatrixCount()).isEqualTo(4);
            assertThat(stub.getEvaluation(GetEvaluationRequest.newBuilder()
                                    .setUserAppId(whose)
                                    .setEvaluationId("none")
                                    .build())
                            .getStatus()
                            .getCodeValue())
                    .isEqualTo(11101);
        } finally {
            channel.shutdownNow();
        }
    }

    /** A trained version whose training left a report. */
    private String evaluable() throws IOException {
        return evaluable(REPORT);
    }

    private String evaluable(String report) throws IOException {
        String folder = "jobs/%s/attempts/1".formatted(UUID.randomUUID());
        objects.put(folder + "/report.json", new ByteArrayInputStream(report.getBytes(StandardCharsets.UTF_8)));
        objects.put(folder + "/samples.json", new ByteArrayInputStream("""
                        [{"epoch":1,"step":7,"images":[
                          {"input_id":"a","shown":["cat"],"said":[{"concept":"cat","value":0.75}]}]}]""".getBytes(StandardCharsets.UTF_8)));
        return new Trainings(app, elsewhere)
                .trained("m", new StoredObject(folder + "/model.safetensors", "b".repeat(64), 5));
    }
}
