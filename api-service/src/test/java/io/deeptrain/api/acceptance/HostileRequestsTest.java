package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Keys;
import io.deeptrain.api.adapter.rest.AnythingSent;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes through a door is answered, soon, and never as if the service were at fault.
 *
 * <p>{@code -Dfuzz.requests=100000} sends more, {@code -Dfuzz.seed=7} sends something else.
 */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class HostileRequestsTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 500);
    private static final int REQUESTS_OF_ONE_NEIGHBOUR = 500;
    private static final int PATIENCE_MILLIS = 15_000;
    private static final String OWN = "own";
    private static final List<Integer> NOT_THE_SERVICES_FAULT = List.of(501, 503);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    RpcTable table;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    Keys keys;

    private final Random random = new Random(SEED);
    private final AnythingSent anything = new AnythingSent(random);
    private final List<String> failures = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // Moves in before each test.
    private Neighbour neighbour;

    @BeforeEach
    void aNeighbour() {
        neighbour = Neighbour.moved(base, keys, "mark");
    }

    @Test
    void over_rest() throws IOException {
        for (int i = 0; i < REQUESTS; i++) {
            RpcTable.Entry entry = anyEntry(i);
            Binding binding = any(Binding.of(entry.method()));
            String path = random.nextInt(4) == 0 ? "/v2" + anything.path() : path(binding, entry);
            byte[] body = anything.of(entry.request().getDescriptorForType());
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.write("""
                    %s %s HTTP/1.1\r
                    Host: localhost\r
                    Connection: close\r
                    Authorization: Key %s\r
                    Content-Type: application/json\r
                    Content-Length: %d\r
                    \r
                    """.formatted(binding.httpMethod(), path, neighbour.key(), body.length)
                    .getBytes(StandardCharsets.UTF_8));
            request.write(body);
            check(binding.httpMethod() + " " + path, body, sent(request.toByteArray()));
        }
        assertThat(failures).as("seed %d", SEED).isEmpty();
    }

    private String path(Binding binding, RpcTable.Entry entry) {
        Message request = new AnyRequest(random, List.of(OWN)).of(entry.request(), binding);
        Message filled = Normal.of(Map.of(OWN, neighbour.ids())).filled(request);
        String path = Binding.VARIABLE
                .matcher(binding.pattern())
                .replaceAll(variable -> URLEncoder.encode(
                        random.nextInt(6) == 0 ? anything.text() : Fields.text(filled, variable.group(1)),
                        StandardCharsets.UTF_8));
        return path + "?page=" + random.nextInt() + "&per_page=" + random.nextInt() + "&ids="
                + URLEncoder.encode(anything.text(), StandardCharsets.UTF_8);
    }

    private void check(String what, byte[] body, String answer) {
        String[] lines = answer.split("\r\n\r\n", 2);
        String[] words = lines[0].split(" ", 3);
        boolean isHttp = words.length == 3 && words[0].equals("HTTP/1.1");
        int status = isHttp ? Integer.parseInt(words[1]) : 0;
        // Two dots may lead out of what the doors serve.
        boolean isOurs = !what.contains("..");
        if (!isHttp || (status >= 500 && !NOT_THE_SERVICES_FAULT.contains(status)) || (isOurs && !isEnvelope(answer))) {
            failures.add("%s%n%s%nis answered%n%s".formatted(what, new String(body, StandardCharsets.UTF_8), answer));
        }
    }

    /** What the HTTP server itself refuses, because it is no HTTP, has no body. */
    private static boolean isEnvelope(String answer) {
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        try {
            JsonNode status = MAPPER.readTree(body).path("status");
            return answer.startsWith("HTTP/1.1 400 Bad Request")
                    || status.path("code").asInt() > 0;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private String sent(byte[] request) {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void over_grpc() {
        int unreadable = 0;
        try (Doors doors = new Doors(base)) {
            for (int i = 0; i < REQUESTS; i++) {
                RpcTable.Entry entry = anyEntry(i);
                Binding binding = any(Binding.of(entry.method()));
                Message request = Fields.withTexts(
                        Normal.of(Map.of(OWN, neighbour.ids()))
                                .filled(new AnyRequest(random, List.of(OWN)).of(entry.request(), binding)),
                        text -> random.nextInt(6) == 0 ? anything.text() : text);
                byte[] bytes = request.toByteArray();
                for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
                    bytes = anything.mutated(bytes);
                }
                Message answer = doors.bytesOverGrpc(entry, bytes, neighbour.key());
                int httpStatus = Answers.httpStatusOf(answer);
                if (httpStatus >= 500 && !NOT_THE_SERVICES_FAULT.contains(httpStatus)) {
                    failures.add("%s%n%s%nis answered %s".formatted(entry.name(), request, answer));
                }
                unreadable += answer.toString().contains("The request is no clarifai.api.") ? 1 : 0;
            }
        }
        assertThat(failures).as("seed %d", SEED).isEmpty();
        assertThat(unreadable).as("requests that are none, seed %d", SEED).isBetween(REQUESTS / 20, REQUESTS * 19 / 20);
    }

    /** A crowd of leftovers makes every answer slower, so that there is a new neighbour now and then. */
    private RpcTable.Entry anyEntry(int at) {
        if (at % REQUESTS_OF_ONE_NEIGHBOUR == REQUESTS_OF_ONE_NEIGHBOUR - 1) {
            aNeighbour();
        }
        return any(table.entries().stream()
                .sorted(Comparator.comparing(RpcTable.Entry::name))
                .toList());
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
