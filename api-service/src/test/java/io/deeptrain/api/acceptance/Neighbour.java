package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.postgres.Keys;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A user of one test's own with one app, in which there is one of everything.
 *
 * @param key opens all that is the user's
 * @param ids the id of what there is of each kind
 */
record Neighbour(Rest rest, String key, Map<String, String> ids) {
    private static final int NOT_IMPLEMENTED = 10040;

    /**
     * Somebody new, who names what they have as everybody does.
     *
     * @param mark what only this neighbour has and nobody else may see
     */
    static Neighbour moved(URI base, Keys keys, String mark) {
        return moved(base, keys, mark, ids("aaaa-own"));
    }

    /** Somebody new, who has no id that anybody else has. */
    static Neighbour movedAlone(URI base, Keys keys, String mark) {
        return moved(base, keys, mark, ids("bbbb-" + madeUp()));
    }

    private static Neighbour moved(URI base, Keys keys, String mark, Map<String, String> ids) {
        String key = "key-" + madeUp();
        ids.put("user", "user-" + madeUp());
        keys.keep(
                key,
                new Caller(String.valueOf(ids.get("user")), Optional.empty()),
                mark,
                Instant.now(),
                Optional.empty());
        Neighbour neighbour = new Neighbour(new Rest(base, key), key, ids);
        neighbour.furnish(mark);
        return neighbour;
    }

    /** Ids of somebody who is not there, but which look and sort as if there were somebody alone. */
    static Map<String, String> nobodysIds() {
        Map<String, String> ids = ids("bbbb-" + madeUp());
        ids.put("version", madeUp());
        ids.put("key", madeUp());
        return ids;
    }

    /** As the service makes up ids. */
    private static String madeUp() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static Map<String, String> ids(String suffix) {
        Map<String, String> ids = new HashMap<>();
        AnyRequest.KINDS.forEach(kind -> ids.put(kind, kind + "-" + suffix));
        return ids;
    }

    String id(String kind) {
        return String.valueOf(ids.get(kind));
    }

    String at(String path) {
        return "/v2/users/me/apps/" + id("app") + path;
    }

    private void furnish(String mark) {
        made(rest.post(
                "/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\",\"description\":\"%s\"}]}".formatted(id("app"), mark)));
        Answer key = made(rest.post(
                "/v2/users/me/keys",
                "{\"keys\":[{\"description\":\"%s\",\"scopes\":[\"All\"],\"apps\":[{\"id\":\"%s\"}]}]}"
                        .formatted(mark, id("app"))));
        ids.put("key", key.body().at("/keys/0/id").asText());
        made(rest.post(
                at("/concepts"), "{\"concepts\":[{\"id\":\"%s\",\"name\":\"%s\"}]}".formatted(id("concept"), mark)));
        made(rest.post(at("/inputs"), """
                {"inputs":[{"id":"%s","data":{"image":{"base64":"%s"},"metadata":{"mark":"%s"}}}]}
                """.formatted(id("input"), OwnApp.PNG, mark)));
        Answer model = made(rest.post(at("/models"), """
                {"model":{"id":"%s","name":"%s","model_type_id":"visual-classifier",
                 "output_info":{"data":{"concepts":[{"id":"%s"}]}}}}
                """.formatted(id("model"), mark, id("concept"))));
        ids.put("version", model.body().at("/model/model_version/id").asText());
        made(rest.post(
                at("/datasets"),
                "{\"datasets\":[{\"id\":\"%s\",\"description\":\"%s\"}]}".formatted(id("dataset"), mark)));
        made(rest.post(
                at("/datasets/" + id("dataset") + "/versions"),
                "{\"dataset_versions\":[{\"id\":\"%s\",\"description\":\"%s\"}]}"
                        .formatted(id("dataset_version"), mark)));
        made(rest.post(at("/annotations"), """
                {"annotations":[{"id":"%s","input_id":"%s","data":{"concepts":[{"id":"%s","value":0}]}}]}
                """.formatted(id("annotation"), id("input"), id("concept"))));
        made(rest.post(at("/workflows"), """
                {"workflows":[{"id":"%s","nodes":[{"id":"n","model":{"id":"%s","model_version":{"id":"%s"}}}]}]}
                """.formatted(id("workflow"), id("model"), id("version"))));
    }

    /** Made, or not served by this release. */
    private static Answer made(Answer answer) {
        assertThat(answer.code()).as(answer.toString()).isIn(10000, NOT_IMPLEMENTED);
        return answer;
    }
}
