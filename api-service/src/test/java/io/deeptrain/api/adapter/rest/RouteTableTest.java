package io.deeptrain.api.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.PublishedRoute;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.rest.RouteTable.Match;
import io.deeptrain.api.adapter.rest.RouteTable.Result;
import io.deeptrain.contract.ServiceProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {
    private final RouteTable routes = new RouteTable(
            RpcTable.of(ServiceProto.getDescriptor().findServiceByName("V2"), DynamicMessage::getDefaultInstance)
                    .build(_ -> new Caller("me", Optional.empty()))
                    .entries(),
            PublishedRoute.all());

    @ParameterizedTest(name = "{0} {1} is {2}")
    @CsvSource({
        "POST, /v2/models, PostModels",
        "POST, /v2/users/me/apps/a/models/, PostModels",
        "GET, /v2/models/types, ListModelTypes",
        "GET, /v2/models/typesetting, GetModel",
        "GET, /v2/inputs/status, GetInputCount",
        "GET, /v2/inputs/whois%3Fthat, GetInput",
        "POST, /v2/models/m/versions, PostModelVersions",
        "POST, /v2/models/m/versions/time_estimate, PostModelVersionsTrainingTimeEstimate",
        "GET, /v2/models/m/versions/v/output_info, GetModelOutputInfo",
        "DELETE, /v2/users/u/apps/a/models/m/versions/v, DeleteModelVersion"
    })
    void the_most_literal_path_wins(String method, String path, String call) {
        assertThat(found(method, path).entry().name()).isEqualTo(call);
    }

    @Test
    void variables_are_decoded_and_named_by_their_field() {
        assertThat(found("GET", "/v2/users/me/apps/b%C3%A4r/inputs/a+b%2Fc").variables())
                .isEqualTo(Map.of("user_app_id.user_id", "me", "user_app_id.app_id", "bär", "input_id", "a+b/c"));
    }

    @Test
    void a_path_that_exists_says_which_methods_it_takes() {
        assertThat(routes.find("PUT", "/v2/models"))
                .isEqualTo(new Result.WrongMethod(List.of("DELETE", "GET", "PATCH", "POST")));
        assertThat(routes.find("GET", "/v2/nothing/here")).isEqualTo(new Result.NoSuchPath());
    }

    @ParameterizedTest(name = "{0} {1} is {2}, which is not served")
    @CsvSource({
        "GET, /v2/users/me/runners, ListRunners",
        "DELETE, /v2/users/me/apps/a/pipelines, DeletePipelines",
        "GET, /v2/inputs/stream, StreamInputs",
        "POST, /v2/users/me/apps/a/pipelines/, PostPipelines",
        "POST, /v2/users/me/compute_clusters/c/nodepools/n/runners, PostRunners"
    })
    void a_published_call_that_is_not_ours_is_known_by_its_name(String method, String path, String call) {
        assertThat(routes.find(method, path)).isEqualTo(new Result.Unserved(call));
    }

    @Test
    void a_path_that_only_others_serve_is_none_for_a_method_that_they_do_not_take() {
        assertThat(routes.find("PUT", "/v2/users/me/runners")).isEqualTo(new Result.NoSuchPath());
    }

    private Match found(String method, String path) {
        Result result = routes.find(method, path);
        assertThat(result).isInstanceOf(Result.Found.class);
        return ((Result.Found) result).match();
    }
}
