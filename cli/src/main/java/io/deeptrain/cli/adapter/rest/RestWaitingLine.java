package io.deeptrain.cli.adapter.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deeptrain.cli.port.ApiRefusedException;
import io.deeptrain.cli.port.WaitingLine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks a scheduler, which must be the one that leads. */
public final class RestWaitingLine implements WaitingLine {
    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(1);
    private static final int HTTP_OK = 200;
    private static final int HTTP_NOT_FOUND = 404;

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECTED_WITHIN).build();
    private final URI base;

    public RestWaitingLine(URI base) {
        this.base = base;
    }

    @Override
    public Front front(int most) throws IOException {
        JsonNode page = ask("/queue?limit=" + most).orElseThrow(() -> new IOException("no queue at " + base));
        List<Waiting> jobs = new ArrayList<>();
        page.path("jobs").forEach(job -> jobs.add(waiting(job)));
        return new Front(page.path("waiting").asInt(), jobs);
    }

    @Override
    public Optional<Waiting> find(String job) throws IOException {
        return ask("/queue/jobs/" + encoded(job)).map(RestWaitingLine::waiting);
    }

    @Override
    public List<Decided> decisions(String job) throws IOException {
        List<Decided> decisions = new ArrayList<>();
        ask("/queue/jobs/%s/decisions".formatted(encoded(job)))
                .ifPresent(answer -> answer.path("decisions")
                        .forEach(each -> decisions.add(new Decided(
                                instant(each, "at"),
                                each.path("kind").asText(),
                                each.path("sentence").asText()))));
        return decisions;
    }

    private static Waiting waiting(JsonNode job) {
        JsonNode start = job.path("expected_start");
        return new Waiting(
                job.path("job_id").asText(),
                job.path("position").asInt(),
                job.at("/reason/sentence").asText(),
                job.at("/change/sentence").asText(),
                start.isMissingNode()
                        ? Optional.empty()
                        : Optional.of(new Expected(
                                instant(start, "at"),
                                instant(start, "low"),
                                instant(start, "high"),
                                start.path("coverage").asDouble())));
    }

    private static Instant instant(JsonNode node, String field) {
        return Instant.parse(node.path(field).asText());
    }

    /** Empty if there is no such thing. */
    private Optional<JsonNode> ask(String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(ANSWERED_WITHIN)
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            return switch (response.statusCode()) {
                case HTTP_OK -> Optional.of(json.readTree(response.body()));
                case HTTP_NOT_FOUND -> Optional.empty();
                default ->
                    throw new ApiRefusedException(
                            response.statusCode(),
                            response.statusCode(),
                            "the scheduler at %s answers %d; only the one that leads knows who waits"
                                    .formatted(base, response.statusCode()));
            };
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for an answer of " + base);
        }
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
