package io.deeptrain.api.acceptance;

import static io.deeptrain.api.acceptance.Fixture.ids;
import static io.deeptrain.api.acceptance.Fixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.Annotation;
import com.clarifai.grpc.api.Concept;
import com.clarifai.grpc.api.Data;
import com.clarifai.grpc.api.PostInputsSearchesRequest;
import com.clarifai.grpc.api.Query;
import com.clarifai.grpc.api.Rank;
import com.clarifai.grpc.api.Search;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Searches, and changes to what is found. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
class SearchesTest {
    @TestHTTPResource
    URI base;

    private Fixture app;

    @BeforeEach
    void anAppWithFourInputs() {
        app = Fixture.in(base);
        app.post("/datasets", "{'datasets':[{'id':'d'}]}");
        app.inputs(
                "{'id':'i','data':{'concepts':[{'id':'cat','name':'Cat'}],'metadata':{'place':{'town':'A','zip':1},'n':1}}}",
                "{'id':'j','dataset_ids':['d'],'data':{'concepts':[{'id':'cat','value':0},{'id':'dog'}],'metadata':{'place':{'town':'B'}}}}",
                "{'id':'k','dataset_ids':['d'],'data':{'concepts':[{'id':'cat'},{'id':'dog'}]}}",
                "{'id':'l','data':{'regions':[{'region_info':{'bounding_box':{'bottom_row':1,'right_col':1}},'data':{'concepts':[{'id':'cat'}]}}]}}");
    }

    @Test
    void the_older_clients_find_inputs_by_everything_that_is_known_of_them() {
        assertThat(older("{'input':{'data':{'concepts':[{'id':'cat'}]}}}")).containsExactly("i", "k", "l");
        assertThat(older("{'input':{'data':{'concepts':[{'name':'Cat','value':true}]}}}"))
                .containsExactly("i", "k", "l");
        assertThat(older("{'output':{'data':{'concepts':[{'id':'dog'}]}}}")).containsExactly("j", "k");
        assertThat(older("{'input':{'data':{'concepts':[{'id':'cat','value':0}]}}}"))
                .containsExactly("j");
        assertThat(
                        older(
                                "{'input':{'data':{'concepts':[{'id':'cat'}]}}},{'negate':true,'input':{'data':{'concepts':[{'id':'dog'}]}}}"))
                .containsExactly("i", "l");
        assertThat(older("{'input':{'data':{'metadata':{'place':{'town':'A'}}}}}"))
                .containsExactly("i");
        assertThat(older("{'input':{'id':'k'}}")).containsExactly("k");
        assertThat(older("")).containsExactly("i", "j", "k", "l");
        assertThat(ids(inputs(app.keyed()
                        .post(
                                "/v2/searches",
                                Fixture.json("{'query':{'ands':[]},'pagination':{'page':2,'per_page':3}}")))))
                .containsExactly("l");
    }

    private List<String> older(String ands) {
        Answer answer = app.post("/searches", "{'query':{'ands':[%s]}}".formatted(ands));
        assertThat(answer.code()).as(answer.details()).isEqualTo(10000);
        return ids(inputs(answer));
    }

    private static JsonNode inputs(Answer answer) {
        var array = new ObjectMapper().createArrayNode();
        answer.body().path("hits").forEach(hit -> array.add(hit.path("input")));
        return array;
    }

    @Test
    void the_newer_clients_filter_and_rank() {
        Answer ranked = newer(
                "'filters':[{'input':{'dataset_ids':['d']}}],'ranks':[{'annotation':{'data':{'concepts':[{'id':'cat'}]}}},"
                        + "{'annotation':{'data':{'concepts':[{'id':'dog'}]}}}]",
                "");
        assertThat(texts(
                        ranked.body().path("hits"),
                        hit -> hit.at("/input/id").asText() + " "
                                + hit.path("score").asText()))
                .containsExactly("k 1.0", "j 0.5");
        assertThat(ids(inputs(newer(
                        "'ranks':[{'annotation':{'data':{'concepts':[{'id':'cat'}]}}},{'annotation':{'data':{'concepts':[{'id':'dog'}]}}}]",
                        ",'min_value':0.75"))))
                .containsExactly("k");
        assertThat(ids(inputs(newer("'filters':[{'negate':true,'annotation':{'data':{'metadata':{'n':1}}}}]", ""))))
                .containsExactly("j", "k", "l");
        assertThat(app.post("/inputs/searches", "{'only_count':true,'searches':[{'query':{}}]}")
                        .details())
                .isEqualTo("4 hits");
    }

    private Answer newer(String query, String more) {
        return app.post("/inputs/searches", "{'searches':[{'query':{%s}%s}]}".formatted(query, more));
    }

    @Test
    void what_cannot_be_searched_by_is_refused_by_name() {
        assertThat(newer("'ranks':[{'annotation':{'data':{'image':{'url':'http://x/y'}}}}]", "")
                        .details())
                .startsWith("query.ranks.annotation asks for inputs that look like something, but no embeddings are"
                        + " indexed: train a visual-embedder");
        Answer older = app.post(
                "/searches", "{'query':{'ands':[{'output':{'input':{'data':{'image':{'url':'http://x/y'}}}}}]}}");
        assertThat(older.code()).isEqualTo(40002);
        assertThat(older.details()).contains("no embeddings are indexed");
        assertThat(newer("'filters':[{'annotation':{'data':{'image':{'url':'http://x/y'}}}}]", "")
                        .details())
                .startsWith("query.filters.annotation.data.image asks for inputs that look like something, which only"
                        + " query.ranks.annotation");
        assertThat(newer("'filters':[{}]", "").details())
                .contains("query.filters holds a condition that names nothing");
        assertThat(app.post("/inputs/searches", "{}").details())
                .isEqualTo("searches holds 0 searches but must hold exactly one");
        assertThat(newer("'filters':[%s]".formatted("{},".repeat(100) + "{}"), "")
                        .details())
                .isEqualTo("query holds 101 conditions but must hold at most 100");
    }

    @Test
    void one_change_is_made_to_many_inputs_or_to_none() {
        Answer added = bulk(
                "'search':{'query':{'filters':[{'annotation':{'data':{'concepts':[{'id':'dog'}]}}}]}}",
                "'add_concepts':{'concepts':[{'id':'pet'}]}");
        assertThat(added.body().at("/bulk_operation/0/status/code").asInt()).isEqualTo(25400);
        assertThat(added.body().at("/bulk_operation/0/progress/processed").asInt())
                .isEqualTo(2);
        assertThat(app.labels("k")).containsExactly("cat=1", "dog=1", "pet=1");
        bulk("'input_ids':{'input_ids':['k']}", "'delete_concepts':{'concepts':[{'id':'pet'}]}");
        assertThat(app.labels("k")).containsExactly("cat=1", "dog=1");
        assertThat(app.labels("j")).containsExactly("dog=1", "pet=1", "cat=0");

        bulk("'dataset':{'id':'d'}", "'add_metadata':{'metadata':{'seen':true}}");
        assertThat(app.data("j").at("/metadata/seen").asBoolean()).isTrue();
        assertThat(app.data("j").at("/metadata/place/town").asText()).isEqualTo("B");
        bulk("'dataset':{'id':'d'}", "'delete_metadata':{'metadata':{'seen':null}}");
        assertThat(app.data("k").has("metadata")).isFalse();

        bulk("'input_ids':{'input_ids':['i','l']}", "'add_to_dataset':{'dataset_id':'d'}");
        assertThat(app.get("/datasets/d/inputs").body().path("dataset_inputs")).hasSize(4);
        bulk("'search':{'query':{'ands':[{'input':{'id':'i'}}]}}", "'delete_from_dataset':{'dataset_id':'d'}");
        assertThat(app.get("/datasets/d/inputs").body().path("dataset_inputs")).hasSize(3);

        Answer refused = app.post(
                "/bulk_operations",
                "{'bulk_operations':[{'input_ids':{'input_ids':['i']},'operation':{'add_concepts':{'concepts':[{'id':'new'}]}}},"
                        + "{'input_ids':{'input_ids':['none']},'operation':{'add_concepts':{'concepts':[{'id':'new'}]}}}]}");
        assertThat(refused.code()).isEqualTo(25404);
        assertThat(refused.details())
                .isEqualTo("input_ids.input_ids is 'none' but must be the id of an input of this app");
        assertThat(app.labels("i")).containsExactly("cat=1");
        assertThat(bulk("'dataset':{'id':'d'},'search':{}", "'add_to_dataset':{'dataset_id':'d'}")
                        .details())
                .isEqualTo("bulk_operations names 2 of input_ids, search and dataset but must name exactly one");
        assertThat(bulk("'dataset':{'id':'d'}", "").details())
                .isEqualTo("bulk_operations.operation names 0 changes but must name exactly one");
    }

    private Answer bulk(String target, String operation) {
        return app.post("/bulk_operations", "{'bulk_operations':[{%s,'operation':{%s}}]}".formatted(target, operation));
    }

    @Test
    void what_is_found_can_be_put_into_a_dataset() {
        app.post("/datasets", "{'datasets':[{'id':'cats'}]}");
        Answer added = app.post(
                "/datasets/cats/inputs",
                "{'search':{'query':{'ranks':[{'annotation':{'data':{'concepts':[{'id':'cat'}]}}}]}}}");
        assertThat(added.body().at("/bulk_operation/progress/processed").asInt())
                .isEqualTo(3);
        assertThat(texts(
                        app.get("/datasets/cats/inputs").body().path("dataset_inputs"),
                        member -> member.at("/input/id").asText()))
                .containsExactly("i", "k", "l");
    }

    @Test
    void the_published_grpc_client_searches_by_a_concept() {
        app.overGrpc((stub, whose) -> assertThat(stub.postInputsSearches(PostInputsSearchesRequest.newBuilder()
                                .setUserAppId(whose)
                                .addSearches(Search.newBuilder()
                                        .setQuery(Query.newBuilder()
                                                .addRanks(Rank.newBuilder()
                                                        .setAnnotation(Annotation.newBuilder()
                                                                .setData(Data.newBuilder()
                                                                        .addConcepts(Concept.newBuilder()
                                                                                .setId("dog")
                                                                                .setValue(1)))))))
                                .build())
                        .getHitsList())
                .extracting(hit -> hit.getInput().getId())
                .containsExactly("j", "k"));
    }
}
