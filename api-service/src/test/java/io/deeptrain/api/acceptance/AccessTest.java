package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Apps, and who may do what with them. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class AccessTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    private String app = "";
    private Rest owner = new Rest(URI.create("http://unset"), "");

    @BeforeEach
    void anAppOfItsOwn() {
        app = "app-" + UUID.randomUUID();
        owner = new Rest(base, Surroundings.KEY);
        owner.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\",\"metadata\":{\"team\":\"red\"}}]}".formatted(app));
    }

    @Test
    void a_key_does_what_its_scopes_say_and_nothing_else() {
        Rest reader = owner.as(key("\"scopes\":[\"Models_Get\"],\"apps\":[{\"id\":\"%s\"}]".formatted(app)));
        assertThat(reader.get("/v2/models").code()).isEqualTo(10000);
        Answer training = reader.post("/v2/models/m/versions", "");
        assertThat(training.httpStatus()).isEqualTo(403);
        assertThat(training.code()).isEqualTo(11007);
        assertThat(training.details()).contains("PostModelVersions").contains("Models_Train");
        JsonNode scopes = reader.get("/v2/myscopes").body();
        assertThat(scopes.at("/scopes").toString()).isEqualTo("[\"Models_Get\"]");
        assertThat(scopes.at("/app/id").asText()).isEqualTo(app);
    }

    @Test
    void no_key_makes_one_that_may_do_more_than_itself() {
        Rest clerk = owner.as(key("\"scopes\":[\"Keys_Add\",\"Models_Get\"]"));
        Answer refused = clerk.post("/v2/users/me/keys", "{\"keys\":[{\"scopes\":[\"All\"]}]}");
        assertThat(refused.code()).isEqualTo(11007);
        assertThat(refused.details()).contains("keys.scopes").contains("All");
        assertThat(clerk.post("/v2/users/me/keys", "{\"keys\":[{\"scopes\":[\"Models_Get\"]}]}")
                        .body()
                        .at("/keys/0/scopes/0")
                        .asText())
                .isEqualTo("Models_Get");
    }

    @Test
    void a_scope_that_is_none_is_named_together_with_all_that_are() {
        Answer refused = owner.post("/v2/users/me/keys", "{\"keys\":[{\"scopes\":[\"Everything\"]}]}");
        assertThat(refused.code()).isEqualTo(11100);
        assertThat(refused.details()).contains("Everything").contains("Models_Train");
    }

    @Test
    void a_key_ends_when_it_expires_or_is_revoked() {
        String expired = key("\"expires_at\":\"2020-01-01T00:00:00Z\"");
        assertThat(owner.as(expired).get("/v2/users/me/apps").code()).isEqualTo(11008);
        String revoked = key("\"description\":\"for a day\"");
        assertThat(owner.as(revoked).get("/v2/users/me/apps").code()).isEqualTo(10000);
        assertThat(owner.delete("/v2/users/me/keys/" + revoked).code()).isEqualTo(10000);
        assertThat(owner.as(revoked).get("/v2/users/me/apps").code()).isEqualTo(11009);
    }

    @Test
    void the_keys_of_an_app_are_listed_without_their_secrets() {
        String secret = key("\"description\":\"robot\",\"apps\":[{\"id\":\"%s\"}]".formatted(app));
        JsonNode keys = owner.get("/v2/users/me/apps/" + app + "/keys").body().at("/keys");
        assertThat(keys).hasSize(1);
        assertThat(keys.at("/0/description").asText()).isEqualTo("robot");
        assertThat(secret)
                .startsWith(keys.at("/0/id").asText())
                .isNotEqualTo(keys.at("/0/id").asText());
    }

    @Test
    void me_is_the_owner_of_the_key() {
        assertThat(owner.get("/v2/users/me").body().at("/user/id").asText()).isEqualTo("me");
        assertThat(owner.get("/v2/users/somebody-else").code()).isEqualTo(11101);
    }

    @ParameterizedTest(name = "{0} leads to {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "merge | {\"team\":\"red\",\"floor\":2.0}",
                "overwrite | {\"floor\":2.0}",
                "remove | {\"team\":\"red\"}"
            })
    void a_patch_changes_what_it_names(String action, String metadata) {
        Answer patched = owner.patch(
                "/v2/users/me/apps/" + app,
                "{\"app\":{\"description\":\"cars\",\"metadata\":{\"floor\":2}},\"action\":\"%s\"}".formatted(action));
        assertThat(patched.code()).isEqualTo(10000);
        JsonNode stored = owner.get("/v2/users/me/apps/" + app).body().at("/app");
        assertThat(stored.at("/description").asText()).isEqualTo("cars");
        assertThat(stored.at("/name").asText()).isEqualTo(app);
        assertThat(stored.at("/metadata").toString()).isEqualTo(metadata);
    }

    @Test
    void an_unknown_action_is_refused_with_the_known_ones() {
        Answer refused = owner.patch("/v2/users/me/apps/" + app, "{\"app\":{},\"action\":\"swap\"}");
        assertThat(refused.code()).isEqualTo(11100);
        assertThat(refused.details()).contains("swap").contains("merge, remove or overwrite");
    }

    private String key(String fields) {
        Answer made = owner.post("/v2/users/me/keys", "{\"keys\":[{%s}]}".formatted(fields));
        assertThat(made.code()).isEqualTo(10000);
        return made.body().at("/keys/0/id").asText();
    }
}
