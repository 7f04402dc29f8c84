package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Keys;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What belongs to somebody else answers as what does not exist. Two neighbours who have the same make the same requests
 * of any call, their own ids mixed with those of a third; but one of them has real ones and the other has ids that
 * nobody has. They are answered the same, and the third loses nothing.
 *
 * <p>{@code -Disolation.requests=100000} makes so many requests, {@code -Disolation.seed=7} makes others.
 */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class IsolationTest {
    private static final long SEED = Long.getLong("isolation.seed", 1);
    private static final int REQUESTS = Integer.getInteger("isolation.requests", 600);
    private static final int REQUESTS_OF_ONE_NEIGHBOUR = 200;

    private static final String OWN = "own";
    private static final String FOREIGN = "foreign";

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    RpcTable table;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    Keys keys;

    /** Someone who tries what they can, and with what. */
    private record Prober(Neighbour neighbour, Normal normal) {
        /** Their personal access token, or the key of their app. */
        String key(boolean ofApp) {
            return ofApp ? neighbour.id("key") : neighbour.key();
        }
    }

    @Test
    void nobody_can_tell_what_others_have() {
        Random random = new Random(SEED);
        List<RpcTable.Entry> entries = table.entries().stream()
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .toList();
        List<String> leaks = new ArrayList<>();
        Set<String> answered = new HashSet<>();
        try (Doors doors = new Doors(base)) {
            for (int from = 0; from < REQUESTS; from += REQUESTS_OF_ONE_NEIGHBOUR) {
                String mark = "mark-" + UUID.randomUUID();
                Neighbour victim = Neighbour.movedAlone(base, keys, mark);
                Map<String, JsonNode> before = belongings(victim);
                Prober knowing = prober(victim.ids());
                Prober guessing = prober(Neighbour.nobodysIds());
                AnyRequest requests = new AnyRequest(random, List.of(OWN, FOREIGN));
                for (int i = 0; i < Math.min(REQUESTS_OF_ONE_NEIGHBOUR, REQUESTS - from); i++) {
                    RpcTable.Entry entry = entries.get(random.nextInt(entries.size()));
                    List<Binding> bindings = Binding.of(entry.method());
                    Binding binding = bindings.get(random.nextInt(bindings.size()));
                    Message request = requests.of(entry.request(), binding);
                    boolean ofApp = random.nextInt(3) == 0;
                    boolean overGrpc = random.nextBoolean();
                    Message real = answer(doors, entry, binding, request, knowing, ofApp, overGrpc);
                    Message none = answer(doors, entry, binding, request, guessing, ofApp, overGrpc);
                    if (!real.equals(none) || real.toString().contains(mark)) {
                        leaks.add("%s %s (key of an app: %s)%n%sis answered%n%sbut for nobody's%n%s"
                                .formatted(entry.name(), binding, ofApp, request, real, none));
                    }
                    answered.add(entry.name());
                }
                assertThat(belongings(victim)).as("seed %d", SEED).isEqualTo(before);
            }
        }
        assertThat(leaks).as("of %d requests, seed %d", REQUESTS, SEED).isEmpty();
        assertThat(answered).as("calls that were made").hasSizeGreaterThan(entries.size() / 2);
    }

    /** The routes that the contract has no call for. */
    @ParameterizedTest
    @CsvSource({
        "GET, /v2/users/<user>/apps/<app>/usage",
        "GET, /v2/users/me/apps/<app>/usage",
        "GET, /v2/users/<user>/budget",
        "PUT, /v2/users/<user>/budget",
        "DELETE, /v2/users/<user>/budget",
        "GET, /v2/users/<user>/apps/<app>/budget",
        "PUT, /v2/users/me/apps/<app>/budget",
        "DELETE, /v2/users/me/apps/<app>/budget",
        "GET, /v2/users/<user>/invoices",
        "GET, /v2/users/<user>/invoices/2026-01",
        "GET, /v2/users/me/apps/<app>/webhooks",
        "GET, /v2/users/me/apps/<own-app>/models/<model>/versions/<version>/charge",
        "GET, /v2/users/<user>/apps/<app>/models/<model>/versions/<version>/charge",
        "GET, /v2/users/me/apps/<app>/models/<model>/versions/<version>/job",
        "GET, /v2/users/me/apps/<app>/models/<model>/versions/<version>/progress",
        "GET, /v2/users/me/apps/<app>/models/<model>/versions/<version>/queue",
        "GET, /v2/users/me/apps/<own-app>/models/<model>/versions/<version>/queue",
        "GET, /v2/users/<user>/apps/<app>/models/<model>/versions/<version>/findings",
        "GET, /v2/users/me/apps/<own-app>/models/<model>/versions/<version>/findings",
        "GET, /v2/users/<user>/apps/<app>/evaluations/x/findings",
        "GET, /v2/users/me/apps/<app>/models/<model>/versions/<version>/events",
        "GET, /v2/users/me/apps/<own-app>/models/<model>/versions/<version>/log",
        "GET, /v2/users/<user>/apps/<app>/models/<model>/versions/<version>/export/file",
        "POST, /v2/users/<user>/apps/<app>/models/<model>/versions/<version>/stop",
        "POST, /v2/users/me/apps/<own-app>/models/<model>/versions/<version>/stop"
    })
    void nor_by_the_routes_of_our_own(String method, String path) {
        Neighbour victim = Neighbour.movedAlone(base, keys, "mark");
        Prober prober = prober(victim.ids());
        Map<String, String> nobodys = Neighbour.nobodysIds();
        Rest.Answer real = prober.neighbour().rest().send(method, filled(path, prober, victim.ids()), "");
        Rest.Answer none = prober.neighbour().rest().send(method, filled(path, prober, nobodys), "");

        assertThat(real.httpStatus()).isEqualTo(404).isEqualTo(none.httpStatus());
        assertThat(real.code()).isEqualTo(none.code());
        assertThat(Normal.of(Map.of(FOREIGN, victim.ids())).of(real.details()))
                .isEqualTo(Normal.of(Map.of(FOREIGN, nobodys)).of(none.details()));
    }

    @ParameterizedTest
    @CsvSource({"GET, /deliveries", "DELETE, ''", "POST, /deliveries/1/replay"})
    void nor_by_the_id_of_a_webhook(String method, String below) {
        Neighbour victim = Neighbour.movedAlone(base, keys, "mark");
        String webhook = victim.rest()
                .post(victim.at("/webhooks"), "{\"url\":\"https://hooks.invalid/\"}")
                .body()
                .at("/webhook/id")
                .asText();
        Neighbour prober = Neighbour.moved(base, keys, "own");
        String unknown = "wh_" + UUID.randomUUID().toString().replace("-", "");
        for (String app : List.of(prober.id("app"), victim.id("app"))) {
            String webhooks = "/v2/users/me/apps/" + app + "/webhooks/";
            Rest.Answer real = prober.rest().send(method, webhooks + webhook + below, "");
            Rest.Answer none = prober.rest().send(method, webhooks + unknown + below, "");
            assertThat(real.httpStatus()).isEqualTo(404).isEqualTo(none.httpStatus());
            assertThat(real.code()).isEqualTo(none.code());
            assertThat(real.details()).isEqualTo(none.details().replace(unknown, webhook));
        }
        assertThat(victim.rest()
                        .get(victim.at("/webhooks"))
                        .body()
                        .at("/webhooks/0/id")
                        .asText())
                .isEqualTo(webhook);
    }

    @Test
    void nor_by_making_a_workflow_the_default() {
        Neighbour victim = Neighbour.movedAlone(base, keys, "mark");
        Neighbour prober = Neighbour.moved(base, keys, "own");
        String patch = "{\"action\":\"merge\",\"workflows\":[{\"id\":\"%s\"}]}".formatted(victim.id("workflow"));
        for (String user : List.of("me", victim.id("user"))) {
            Rest.Answer real =
                    prober.rest().patch("/v2/users/%s/apps/%s/base-workflows".formatted(user, victim.id("app")), patch);
            Rest.Answer none = prober.rest().patch("/v2/users/%s/apps/nobodys/base-workflows".formatted(user), patch);
            assertThat(real.httpStatus()).isEqualTo(404).isEqualTo(none.httpStatus());
            assertThat(real.code()).isEqualTo(none.code());
            assertThat(real.details()).isEqualTo(none.details().replace("nobodys", victim.id("app")));
        }
        assertThat(victim.rest()
                        .get(victim.at(""))
                        .body()
                        .at("/app")
                        .path("default_workflow_id")
                        .asText())
                .isNotEqualTo(victim.id("workflow"));
    }

    private static String filled(String path, Prober prober, Map<String, String> foreign) {
        String filled = path.replace("<own-app>", prober.neighbour().id("app"));
        for (Map.Entry<String, String> id : foreign.entrySet()) {
            filled = filled.replace("<%s>".formatted(id.getKey()), id.getValue());
        }
        return filled;
    }

    private Prober prober(Map<String, String> foreign) {
        Neighbour neighbour = Neighbour.moved(base, keys, "own");
        return new Prober(neighbour, Normal.of(Map.of(OWN, neighbour.ids(), FOREIGN, foreign)));
    }

    private static Message answer(
            Doors doors,
            RpcTable.Entry entry,
            Binding binding,
            Message request,
            Prober prober,
            boolean ofApp,
            boolean overGrpc) {
        Message filled = prober.normal().filled(request);
        return prober.normal()
                .of(
                        overGrpc
                                ? doors.overGrpc(entry, filled, prober.key(ofApp))
                                : doors.overRest(entry, binding, filled, prober.key(ofApp))
                                        .answer());
    }

    /** All that a neighbour has, by the paths where it is seen. */
    private static Map<String, JsonNode> belongings(Neighbour neighbour) {
        Map<String, JsonNode> belongings = new HashMap<>();
        for (String path :
                List.of("", "/keys", "/concepts", "/inputs", "/models", "/datasets", "/annotations", "/workflows")) {
            JsonNode body = neighbour.rest().get(neighbour.at(path)).body();
            body.findParents("req_id").forEach(status -> ((ObjectNode) status).remove("req_id"));
            belongings.put(path, body);
        }
        String version = "/models/%s/versions/%s".formatted(neighbour.id("model"), neighbour.id("version"));
        JsonNode kept = neighbour.rest().get(neighbour.at(version)).body().path("model_version");
        assertThat(kept.path("id").asText()).isEqualTo(neighbour.id("version"));
        belongings.put(version, kept);
        return belongings;
    }
}
