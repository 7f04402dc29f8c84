package io.deeptrain.api.adapter.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.adapter.rpc.EstimateCalls.Wanted;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Asks the schedulers why a job waits, or how long a new one would. One of them leads and knows; the others say that
 * they do not. A name that stands for several addresses is asked at each of them.
 */
@ApplicationScoped
public class WaitingJobs {
    private static final Logger LOG = Logger.getLogger(WaitingJobs.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int ASKED_MAX = 8;

    /** The longest that a scheduler takes: a year. */
    private static final long EXPECTED_SECONDS_MAX = Duration.ofDays(365).toSeconds();

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final List<URI> schedulers;

    WaitingJobs(
            @ConfigProperty(name = "deeptrain.scheduler.urls", defaultValue = "http://localhost:8081")
                    List<URI> schedulers) {
        this.schedulers = List.copyOf(schedulers);
    }

    /** What came of a question. */
    public sealed interface Answer {
        /** The leader's explanation: its position, its reason and what would start it. */
        record Waits(ObjectNode explanation) implements Answer {}

        /** The leader knows of no such job that waits. */
        record WaitsNot() implements Answer {}

        /** No leader answers right now. */
        record Unknown() implements Answer {}
    }

    /** Never fails: whoever asks has something to show without it. */
    public Answer explain(JobId jobId) {
        return ask("/queue/jobs/" + jobId.value(), HttpRequest.Builder::GET);
    }

    /**
     * What would become of a job of this tenant that was asked for now; nothing if no leader answers.
     *
     * @param expected how long it is expected to train
     */
    public Optional<ObjectNode> whatIf(Tenant tenant, Wanted wanted, Duration expected) {
        ObjectNode question = mapper.createObjectNode();
        ObjectNode job = question.putObject("job");
        wanted.gpuClass().ifPresent(name -> job.put("gpu_class", name));
        if (wanted.gpuMilli() < GpuShare.WHOLE) {
            job.put("gpu_fraction", BigDecimal.valueOf(wanted.gpuMilli(), 3));
        }
        job.put("user", tenant.userId())
                .put("app", tenant.appId())
                .put("gpus", wanted.gpus())
                .put("expected_seconds", Math.clamp(expected.toSeconds(), 1, EXPECTED_SECONDS_MAX));
        Answer answer = ask(
                "/queue/what-if",
                request -> request.header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(question.toString())));
        return answer instanceof Answer.Waits(ObjectNode prospect) ? Optional.of(prospect) : Optional.empty();
    }

    private Answer ask(String path, UnaryOperator<HttpRequest.Builder> question) {
        for (URI scheduler : addresses()) {
            Optional<Answer> answer = ask(question.apply(HttpRequest.newBuilder(scheduler.resolve(path)))
                    .timeout(ANSWER_TIMEOUT)
                    .build());
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        return new Answer.Unknown();
    }

    private Optional<Answer> ask(HttpRequest request) {
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                byte[] bytes = body.readNBytes(ANSWER_BYTES_MAX);
                if (response.statusCode() == NOT_FOUND) {
                    return Optional.of(new Answer.WaitsNot());
                }
                JsonNode explanation = response.statusCode() == OK ? mapper.readTree(bytes) : mapper.nullNode();
                return explanation instanceof ObjectNode object
                        ? Optional.of(new Answer.Waits(object))
                        : Optional.empty();
            }
        } catch (IOException away) {
            LOG.debugf(away, "%s does not answer", request.uri());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private List<URI> addresses() {
        List<URI> addresses = new ArrayList<>();
        for (URI scheduler : schedulers) {
            try {
                for (InetAddress address : InetAddress.getAllByName(scheduler.getHost())) {
                    addresses.add(new URI(
                            scheduler.getScheme(),
                            null,
                            address.getHostAddress(),
                            scheduler.getPort(),
                            "/",
                            null,
                            null));
                }
            } catch (IOException | URISyntaxException unknown) {
                LOG.debugf(unknown, "%s has no address", scheduler);
            }
        }
        return addresses.subList(0, Math.min(ASKED_MAX, addresses.size()));
    }
}
