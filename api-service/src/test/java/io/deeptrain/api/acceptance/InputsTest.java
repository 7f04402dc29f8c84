package io.deeptrain.api.acceptance;

import static io.deeptrain.api.acceptance.Fixture.ids;
import static io.deeptrain.api.acceptance.Fixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.Concept;
import com.clarifai.grpc.api.Data;
import com.clarifai.grpc.api.Input;
import com.clarifai.grpc.api.PatchInputsRequest;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
class InputsTest {
    @TestHTTPResource
    URI base;

    private Fixture app;

    @BeforeEach
    void anAppOfItsOwn() {
        app = Fixture.in(base);
    }

    @Test
    void what_is_posted_with_an_input_is_shown_with_it() {
        Answer posted = app.inputs("""
                {'id':'i','data':{'metadata':{'a':{'b':[1,null,'x']},'n':true},
                 'geo':{'geo_point':{'longitude':-73.5,'latitude':40.25}},
                 'concepts':[{'id':'cat','name':'Cat','value':true},{'id':'dog','value':false}],
                 'regions':[{'id':'r','region_info':{'bounding_box':{'top_row':0,'left_col':0,'bottom_row':1,'right_col':0.5}}}]}}
                """);
        assertThat(posted.code()).isEqualTo(10000);
        assertThat(app.data("i").path("metadata").toString()).isEqualTo("{\"a\":{\"b\":[1.0,null,\"x\"]},\"n\":true}");
        assertThat(app.data("i").at("/geo/geo_point/longitude").asDouble()).isEqualTo(-73.5);
        assertThat(app.data("i")
                        .at("/regions/0/region_info/bounding_box/right_col")
                        .asDouble())
                .isEqualTo(0.5);
        assertThat(app.data("i").at("/concepts/0/name").asText()).isEqualTo("Cat");
        assertThat(app.labels("i")).containsExactly("cat=1", "dog=0");
        assertThat(posted.body().path("inputs").get(0).path("data").path("regions"))
                .hasSize(1);
    }

    @Test
    void a_null_character_is_refused_wherever_it_stands() {
        assertThat(app.inputs("{'id':'i','data':{'metadata':{'a':['x\\u0000']}}}")
                        .code())
                .isEqualTo(11100);
        assertThat(app.inputs("{'id':'\\u0000','data':{}}").code()).isEqualTo(11100);
        assertThat(app.get("/inputs").body().path("inputs")).isEmpty();
    }

    @Test
    void an_input_whose_id_is_taken_is_refused_left_out_or_renamed() {
        app.inputs("{'id':'i','data':{'concepts':[{'id':'cat'}]}}");
        assertThat(app.inputs("{'id':'i'}").body().at("/inputs/0/status/code").asInt())
                .isEqualTo(30100);
        assertThat(resolved("'SKIP'", "i")
                        .body()
                        .at("/inputs/0/data/concepts/0/id")
                        .asText())
                .isEqualTo("cat");
        Answer suffixed = resolved("2", "i");
        assertThat(suffixed.code()).isEqualTo(10000);
        assertThat(suffixed.body().at("/inputs/0/id").asText()).matches("i-[0-9a-f]{12}");
        assertThat(app.get("/inputs").body().path("inputs")).hasSize(2);
        assertThat(resolved("7", "i").details())
                .startsWith("input_id_conflict_resolution is '7' but must be one of 0")
                .contains("1 (SKIP), 2 (SUFFIX)");
    }

    private Answer resolved(String resolution, String id) {
        return app.post(
                "/inputs",
                "{'input_id_conflict_resolution':%s,'inputs':[{'id':'%s','data':{'image':{'base64':'%s'}}}]}"
                        .formatted(resolution, id, Base64.getEncoder().encodeToString(Fixture.png(1))));
    }

    @Test
    void inputs_are_patched_by_merging_removing_and_overwriting() {
        app.inputs(
                "{'id':'i','data':{'concepts':[{'id':'cat'}],'metadata':{'a':{'x':1,'y':2},'b':3}}}",
                "{'id':'j','data':{'concepts':[{'id':'cat'}]}}");
        patch("merge", "{'id':'i','data':{'concepts':[{'id':'dog','value':false}],'metadata':{'a':{'z':4}}}}");
        assertThat(app.labels("i")).containsExactly("cat=1", "dog=0");
        assertThat(app.data("i").path("metadata").toString())
                .isEqualTo("{\"a\":{\"x\":1.0,\"y\":2.0,\"z\":4.0},\"b\":3.0}");

        patch("remove", "{'id':'i','data':{'concepts':[{'id':'cat'}],'metadata':{'a':{'x':null},'b':1}}}");
        assertThat(app.labels("i")).containsExactly("dog=0");
        assertThat(app.data("i").path("metadata").toString()).isEqualTo("{\"a\":{\"y\":2.0,\"z\":4.0}}");

        patch(
                "overwrite",
                "{'id':'i','data':{'concepts':[{'id':'bird'}],'metadata':{'c':1},'geo':{'geo_point':{'longitude':1,'latitude':2}}}}");
        assertThat(app.labels("i")).containsExactly("bird=1");
        assertThat(app.data("i").path("metadata").toString()).isEqualTo("{\"c\":1.0}");
        assertThat(app.data("i").at("/geo/geo_point/latitude").asInt()).isEqualTo(2);
        patch("remove", "{'id':'i','data':{'geo':{'geo_point':{}}}}");
        assertThat(app.data("i").has("geo")).isFalse();
        assertThat(app.labels("j")).containsExactly("cat=1");
    }

    private void patch(String action, String input) {
        assertThat(app.patch("/inputs", "{'action':'%s','inputs':[%s]}".formatted(action, input))
                        .code())
                .isEqualTo(10000);
    }

    @Test
    void each_patch_that_cannot_be_is_refused_by_itself() {
        app.inputs("{'id':'i'}");
        Answer answer = app.patch(
                "/inputs",
                "{'action':'merge','inputs':[{'id':'i','data':{'concepts':[{'id':'cat'}]}},{'id':'none'},"
                        + "{'id':'i','dataset_ids':['none']},{'id':'i','data':{'geo':{'geo_point':{'longitude':300}}}}]}");
        assertThat(answer.httpStatus()).isEqualTo(207);
        assertThat(texts(
                        answer.body().path("inputs"),
                        input -> input.at("/status/code").asText()))
                .containsExactly("30000", "30102", "30104", "30104");
        assertThat(answer.body().at("/inputs/1/status/details").asText())
                .isEqualTo("id is 'none' but must be the id of an input of this app");
        assertThat(answer.body().at("/inputs/2/status/details").asText())
                .isEqualTo("dataset_ids is 'none' but must name a dataset of this app");
        assertThat(answer.body().at("/inputs/3/status/details").asText())
                .isEqualTo("data.geo.geo_point.longitude is '300.0' but must be from -180.0 to 180.0");
        assertThat(app.labels("i")).containsExactly("cat=1");
        assertThat(app.patch("/inputs", "{'action':'replace','inputs':[{'id':'i'}]}")
                        .details())
                .isEqualTo("action is 'replace' but must be merge, remove or overwrite");
        assertThat(app.patch("/inputs", "{'action':'merge'}").details())
                .isEqualTo("inputs holds 0 inputs but must hold 1 to 128");
    }

    @Test
    void inputs_are_listed_by_ids_and_by_status_and_deleted_ones_are_gone() {
        app.inputs("{'id':'i'}", "{'id':'j'}", "{'id':'k'}");
        assertThat(ids(app.get("/inputs?ids=k&ids=i&status.code=30000").body().path("inputs")))
                .containsExactly("i", "k");
        assertThat(app.get("/inputs?ids=k&status.code=30001").body().path("inputs"))
                .isEmpty();
        assertThat(ids(app.keyed().get("/v2/inputs?per_page=2&page=2").body().path("inputs")))
                .containsExactly("k");
        assertThat(app.delete("/inputs", "{'ids':[]}").code()).isEqualTo(10000);
        assertThat(app.get("/inputs").body().path("inputs")).hasSize(3);
        app.delete("/inputs", "{'ids':['i','j']}");
        assertThat(app.get("/inputs/i").code()).isEqualTo(11101);
        assertThat(app.get("/inputs/i").httpStatus()).isEqualTo(404);
        assertThat(ids(app.get("/inputs").body().path("inputs"))).containsExactly("k");
    }

    @Test
    void inputs_that_are_added_together_are_counted_until_the_job_is_cancelled() {
        Answer first = job("{'id':'i','data':{'image':{'base64':'%s'}}},{'id':'bad'}");
        assertThat(first.body().at("/inputs_add_job/progress/success_count").asText())
                .isEqualTo("1");
        assertThat(first.body().at("/inputs_add_job/progress/failed_count").asText())
                .isEqualTo("1");
        job("{'id':'j','data':{'image':{'base64':'%s'}}}");
        Answer found = app.get("/inputs/jobs/add/job");
        assertThat(found.body().at("/inputs_add_job/progress/success_count").asText())
                .isEqualTo("2");
        assertThat(found.body().at("/inputs_add_job/status/code").asInt()).isEqualTo(64002);
        assertThat(ids(app.keyed().get("/v2/inputs/jobs/add").body().path("inputs_add_jobs")))
                .containsExactly("job");

        Answer cancelled = app.patch("/inputs/jobs/add/job", "{}");
        assertThat(cancelled.body().at("/inputs_add_job/status/code").asInt()).isEqualTo(64004);
        Answer late = job("{'id':'k'}");
        assertThat(late.code()).isEqualTo(39999);
        assertThat(late.details()).contains("inputs_add_job_id is 'job', a job that was cancelled");
        assertThat(app.get("/inputs/jobs/add/none").code()).isEqualTo(11101);
        assertThat(app.patch("/inputs/jobs/add/none", "{}").code()).isEqualTo(11101);
    }

    private Answer job(String inputs) {
        return app.post(
                "/inputs",
                "{'inputs_add_job_id':'job','inputs':[%s]}"
                        .formatted(inputs.formatted(Base64.getEncoder().encodeToString(Fixture.png(2)))));
    }

    @Test
    void concepts_are_renamed_and_found_by_parts_of_their_names() {
        app.inputs("{'id':'i','data':{'concepts':[{'id':'cat'},{'id':'dog'},{'id':'c_t'}]}}");
        Answer renamed = app.patch("/concepts", "{'action':'overwrite','concepts':[{'id':'cat','name':'Big Cat'}]}");
        assertThat(renamed.body().at("/concepts/0/name").asText()).isEqualTo("Big Cat");
        assertThat(app.data("i").path("concepts").findValuesAsText("name")).contains("Big Cat", "dog");

        assertThat(found("'name':'*CAT'")).containsExactly("cat");
        assertThat(found("'name':'big'")).containsExactly("cat");
        assertThat(found("'name':'c_t'")).containsExactly("c_t");
        assertThat(found("'name':'*','language':null")).containsExactly("cat", "c_t", "dog");
        assertThat(ids(app.post("/concepts/searches", "{'concept_query':{},'pagination':{'page':2,'per_page':2}}")
                        .body()
                        .path("concepts")))
                .containsExactly("dog");
        assertThat(app.patch("/concepts", "{'action':'merge','concepts':[{'id':'none','name':'x'}]}")
                        .code())
                .isEqualTo(11101);
        assertThat(app.patch("/concepts", "{'action':'remove','concepts':[{'id':'cat'}]}")
                        .details())
                .startsWith("action is 'remove' but must be one of overwrite, merge");
    }

    private List<String> found(String query) {
        return ids(app.post("/concepts/searches", "{'concept_query':{%s}}".formatted(query))
                .body()
                .path("concepts"));
    }

    @Test
    void the_published_grpc_client_patches_an_input() {
        app.inputs("{'id':'i'}");
        app.overGrpc((stub, whose) -> {
            var answer = stub.patchInputs(PatchInputsRequest.newBuilder()
                    .setUserAppId(whose)
                    .setAction("merge")
                    .addInputs(Input.newBuilder()
                            .setId("i")
                            .setData(Data.newBuilder()
                                    .addConcepts(
                                            Concept.newBuilder().setId("cat").setValue(1))))
                    .build());
            assertThat(answer.getInputs(0).getStatus().getCodeValue()).isEqualTo(30000);
            assertThat(answer.getInputs(0).getData().getConcepts(0).getValue()).isEqualTo(1);
        });
        assertThat(app.labels("i")).containsExactly("cat=1");
    }
}
