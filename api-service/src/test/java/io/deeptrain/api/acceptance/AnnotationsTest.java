package io.deeptrain.api.acceptance;

import static io.deeptrain.api.acceptance.Fixture.ids;
import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.Annotation;
import com.clarifai.grpc.api.Concept;
import com.clarifai.grpc.api.Data;
import com.clarifai.grpc.api.ListAnnotationsRequest;
import com.clarifai.grpc.api.PostAnnotationsRequest;
import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
class AnnotationsTest {
    @TestHTTPResource
    URI base;

    private Fixture app;

    @BeforeEach
    void anAppWithTwoInputs() {
        app = Fixture.in(base);
        app.inputs("{'id':'i','data':{'concepts':[{'id':'cat'}]}}", "{'id':'j'}");
    }

    @Test
    void the_labels_of_an_input_are_what_all_annotations_say_and_the_newest_wins() {
        Answer posted = app.post(
                "/annotations",
                "{'annotations':[{'id':'a','input_id':'i','data':{'concepts':[{'id':'dog','value':true},{'id':'cat','value':0}]},"
                        + "'annotation_info':{'split':'train'}}]}");
        assertThat(posted.code()).isEqualTo(10000);
        assertThat(posted.body().at("/annotations/0/status/code").asInt()).isEqualTo(24150);
        assertThat(posted.body().at("/annotations/0/annotation_info/split").asText())
                .isEqualTo("train");
        assertThat(app.labels("i")).containsExactly("dog=1", "cat=0");

        app.patch("/inputs", "{'action':'merge','inputs':[{'id':'i','data':{'concepts':[{'id':'cat'}]}}]}");
        assertThat(app.labels("i")).containsExactly("cat=1", "dog=1");

        app.delete("/inputs/i/annotations/a", "");
        assertThat(app.labels("i")).containsExactly("cat=1");
        assertThat(ids(app.get("/concepts").body().path("concepts"))).containsExactlyInAnyOrder("cat", "dog");
        assertThat(app.get("/inputs/i/annotations/a").code()).isEqualTo(11101);
    }

    @Test
    void regions_are_checked_shown_with_the_input_and_patched() {
        String box =
                "{'id':'%s','region_info':{'bounding_box':{'top_row':%s,'left_col':0.1,'bottom_row':0.5,'right_col':0.9}},"
                        + "'data':{'concepts':[{'id':'cat'}]}}";
        Answer posted = app.post(
                "/annotations",
                "{'annotations':[{'id':'good','input_id':'j','data':{'regions':[%s]}},{'id':'bad','input_id':'j','data':{'regions':[%s]}}]}"
                        .formatted(box.formatted("r", "0.2"), box.formatted("s", "0.5")));
        assertThat(posted.code()).isEqualTo(10010);
        assertThat(posted.body().at("/annotations/1/status/code").asInt()).isEqualTo(24155);
        assertThat(posted.body().at("/annotations/1/status/details").asText())
                .isEqualTo("data.regions.region_info.bounding_box.top_row is '0.5' but must be less than bottom_row, "
                        + "which is '0.5'");

        JsonNode region = app.data("j").at("/regions/0");
        assertThat(region.path("id").asText()).isEqualTo("r");
        assertThat(region.at("/region_info/bounding_box/top_row").floatValue()).isEqualTo(0.2f);
        assertThat(region.at("/data/concepts/0/id").asText()).isEqualTo("cat");
        assertThat(app.labels("j")).isEmpty();

        Answer patched = app.patch(
                "/annotations",
                "{'action':'remove','delete_if_empty_data':true,'annotations':[{'id':'good','input_id':'j','data':{'regions':[{'id':'r'}]}}]}");
        assertThat(patched.code()).isEqualTo(10000);
        assertThat(app.data("j").path("regions").size()).isZero();
        assertThat(app.get("/inputs/j/annotations/good").code()).isEqualTo(11101);
    }

    @Test
    void annotations_are_listed_by_ids_by_inputs_and_in_pages() {
        app.post(
                "/annotations",
                "{'annotations':[{'id':'a','input_id':'i','data':{'concepts':[{'id':'x'}]}},"
                        + "{'id':'b','input_id':'j','data':{'concepts':[{'id':'y'}]}},"
                        + "{'id':'c','input_id':'j','data':{'concepts':[{'id':'z'}]}}]}");
        JsonNode all = app.get("/annotations").body().path("annotations");
        assertThat(all.at("/0/input_level").asBoolean()).isTrue();
        assertThat(ids(all).subList(1, 4)).containsExactly("a", "b", "c");
        assertThat(ids(app.get("/annotations?input_ids=j&per_page=1&page=2")
                        .body()
                        .path("annotations")))
                .containsExactly("c");
        assertThat(ids(app.get("/annotations?ids=a&ids=c").body().path("annotations")))
                .containsExactly("a", "c");
        assertThat(ids(app.keyed().get("/v2/annotations?ids=b").body().path("annotations")))
                .containsExactly("b");
        assertThat(app.get("/inputs/i/annotations/a")
                        .body()
                        .at("/annotation/data/concepts/0/id")
                        .asText())
                .isEqualTo("x");
        assertThat(app.get("/inputs/j/annotations/a").code()).isEqualTo(11101);
    }

    @Test
    void many_annotations_are_deleted_by_ids_or_by_inputs_and_empty_lists_delete_nothing() {
        app.post(
                "/annotations",
                "{'annotations':[{'id':'a','input_id':'i','data':{'concepts':[{'id':'x'}]}},"
                        + "{'id':'b','input_id':'j','data':{'concepts':[{'id':'y'}]}}]}");
        assertThat(app.delete("/inputs/annotations", "{'ids':[]}").code()).isEqualTo(10000);
        assertThat(app.get("/annotations").body().path("annotations")).hasSize(3);
        app.delete("/annotations", "{'ids':['b']}");
        assertThat(app.labels("j")).isEmpty();
        app.keyed().delete("/v2/inputs/annotations", Fixture.json("{'input_ids':['i']}"));
        assertThat(app.labels("i")).isEmpty();
        assertThat(app.get("/annotations").body().path("annotations")).isEmpty();
    }

    @Test
    void what_cannot_be_said_is_refused_by_field_and_value() {
        Answer answer = app.post(
                "/annotations",
                "{'annotations':[{'input_id':'nowhere','data':{'concepts':[{'id':'x'}]}},{'input_id':'i'}]}");
        assertThat(answer.code()).isEqualTo(10020);
        assertThat(answer.body().at("/annotations/0/status/code").asInt()).isEqualTo(30102);
        assertThat(answer.body().at("/annotations/0/status/details").asText())
                .isEqualTo("input_id is 'nowhere' but must be the id of an input of this app");
        assertThat(answer.body().at("/annotations/1/status/details").asText()).contains("neither concepts nor regions");
        assertThat(app.patch("/annotations", "{'action':'add','annotations':[{'id':'a'}]}")
                        .details())
                .isEqualTo("action is 'add' but must be merge, remove or overwrite");
        assertThat(app.post("/annotations", "{}").details())
                .isEqualTo("annotations holds 0 annotations but must hold 1 to 128");
    }

    @Test
    void over_grpc_a_label_without_a_value_is_negative() {
        app.overGrpc((stub, whose) -> {
            var posted = stub.postAnnotations(PostAnnotationsRequest.newBuilder()
                    .setUserAppId(whose)
                    .addAnnotations(Annotation.newBuilder()
                            .setInputId("j")
                            .setData(Data.newBuilder()
                                    .addConcepts(Concept.newBuilder().setId("cat"))))
                    .build());
            assertThat(posted.getAnnotations(0).getStatus().getCodeValue()).isEqualTo(24150);
            assertThat(stub.listAnnotations(ListAnnotationsRequest.newBuilder()
                                    .setUserAppId(whose)
                                    .addInputIds("j")
                                    .build())
                            .getAnnotations(0)
                            .getData()
                            .getConcepts(0)
                            .getValue())
                    .isZero();
        });
        assertThat(app.labels("j")).containsExactly("cat=0");
    }
}
