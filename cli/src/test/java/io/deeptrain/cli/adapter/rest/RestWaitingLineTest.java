package io.deeptrain.cli.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.deeptrain.cli.port.ApiRefusedException;
import io.deeptrain.cli.port.WaitingLine.Decided;
import io.deeptrain.cli.port.WaitingLine.Expected;
import io.deeptrain.cli.port.WaitingLine.Front;
import io.deeptrain.cli.port.WaitingLine.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RestWaitingLineTest {
    private static final String JOB = """
            {"job_id": "j 1", "position": 3, "waiting": 7, "reason": {"code": "no-worker", "sentence": "No worker."},
             "change": {"sentence": "One GPU more."}%s}""";
    private static final String START = """
            , "expected_start": {"at": "2026-01-05T12:00:00Z", "low": "2026-01-05T11:00:00Z",
             "high": "2026-01-05T14:00:00Z", "coverage": 0.9}""";
    private static final Waiting WAITING = new Waiting("j 1", 3, "No worker.", "One GPU more.", Optional.empty());

    private final HttpServer server;
    private String asked = "";
    private int status = 200;
    private String answer = "";

    RestWaitingLineTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serve() {
        server.createContext("/", exchange -> {
            asked = exchange.getRequestURI().toString();
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private RestWaitingLine line() {
        return new RestWaitingLine(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @Test
    void the_front_is_read_with_how_many_wait() throws IOException {
        answer = "{\"waiting\": 7, \"jobs\": [%s]}".formatted(JOB.formatted(""));
        assertThat(line().front(20)).isEqualTo(new Front(7, List.of(WAITING)));
        assertThat(asked).isEqualTo("/queue?limit=20");
    }

    @Test
    void a_job_is_read_with_when_it_starts_and_one_that_does_not_wait_is_not_there() throws IOException {
        answer = JOB.formatted(START);
        Expected start = new Expected(
                Instant.parse("2026-01-05T12:00:00Z"),
                Instant.parse("2026-01-05T11:00:00Z"),
                Instant.parse("2026-01-05T14:00:00Z"),
                0.9);
        assertThat(line().find("j 1").orElseThrow().start()).contains(start);
        assertThat(asked).isEqualTo("/queue/jobs/j%201");
        status = 404;
        assertThat(line().find("j 1")).isEmpty();
        assertThat(line().decisions("j 1")).isEmpty();
    }

    @Test
    void decisions_are_read_in_their_order() throws IOException {
        answer = """
                {"job_id": "j", "decisions": [{"at": "2026-01-05T12:00:00Z", "kind": "queued", "sentence": "It waits."}]}""";
        assertThat(line().decisions("j"))
                .containsExactly(new Decided(Instant.parse("2026-01-05T12:00:00Z"), "queued", "It waits."));
        assertThat(asked).isEqualTo("/queue/jobs/j/decisions");
    }

    @Test
    void one_that_does_not_lead_is_named() {
        status = 503;
        assertThatThrownBy(() -> line().front(1))
                .isInstanceOf(ApiRefusedException.class)
                .hasMessageContaining("answers 503; only the one that leads knows who waits");
    }
}
