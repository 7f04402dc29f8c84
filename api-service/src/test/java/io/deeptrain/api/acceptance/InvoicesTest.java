package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.api.adapter.postgres.Keys;
import io.deeptrain.event.ChargeEvent.MonthPart;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a user owes for a month. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class InvoicesTest {
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final Instant OCTOBER_OPEN = Instant.parse("2026-11-02T12:00:00Z");
    private static final Instant OCTOBER_CLOSED = Instant.parse("2026-11-21T12:00:00Z");

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    Keys keys;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    Clock clock;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnUser user;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @BeforeEach
    void aUserOfItsOwn() {
        ((MovableClock) clock).setTo(OCTOBER_CLOSED);
        user = OwnUser.fresh(base, keys);
        app = user.app("=app");
        elsewhere = new Elsewhere(TestServers.kafka());
    }

    @AfterEach
    void close() {
        ((MovableClock) clock).letGo();
        elsewhere.close();
    }

    @Test
    void a_job_over_the_end_of_a_month_stands_on_both_invoices_and_each_line_leads_to_its_readings() {
        String version = app.train("m");
        String job = app.job("m", version);
        elsewhere.say(stated(job, 1, true, OCTOBER_OPEN, part(OCTOBER, 1000, 111), part(NOVEMBER, 1000, 111)));
        until("/invoices", body -> body.path("invoices").size() == 2);

        JsonNode invoices = invoices("").path("invoices");
        assertThat(invoices.findValuesAsText("id")).containsExactly("2026-11", "2026-10");
        assertThat(invoices.findValuesAsText("state")).containsExactly("OPEN", "CLOSED");
        assertThat(invoices.findValuesAsText("total_cents")).containsExactly("111", "111");
        assertThat(invoices.at("/0/closes_at").asText()).isEqualTo("2026-12-04T00:00:00Z");

        JsonNode invoice = invoices("/2026-10").path("invoice");
        assertThat(invoice.at("/total_cents").asLong()).isEqualTo(111);
        assertThat(invoice.at("/currency").asText()).isEqualTo("USD");
        JsonNode line = invoice.at("/lines/0");
        assertThat(line.at("/job_id").asText()).isEqualTo(job);
        assertThat(line.at("/app_id").asText()).isEqualTo("=app");
        assertThat(line.at("/model_id").asText()).isEqualTo("m");
        assertThat(line.at("/model_version_id").asText()).isEqualTo(version);
        assertThat(line.at("/kind").asText()).isEqualTo("USE");
        assertThat(line.at("/outcome").asText()).isEqualTo("OPEN");
        assertThat(line.at("/billed_seconds").asLong()).isEqualTo(1000);
        assertThat(line.at("/cents_per_gpu_hour").asLong()).isEqualTo(400);
        assertThat(line.at("/amount_cents").asLong()).isEqualTo(111);
        Answer charge = app.rest().get(line.at("/charge").asText());
        assertThat(charge.code()).isEqualTo(10000);
        assertThat(charge.body().at("/charge/job_id").asText()).isEqualTo(job);
    }

    @Test
    void a_job_that_failed_by_our_fault_after_its_month_was_closed_is_credited() {
        String version = app.train("m");
        String job = app.job("m", version);
        JobId jobId = new JobId(job);
        elsewhere.say(stated(job, 1, false, OCTOBER_OPEN, part(OCTOBER, 3600, 400), part(NOVEMBER, 900, 100)));
        until("/invoices/2026-11", body -> body.at("/invoice/total_cents").asLong() == 100);

        elsewhere.hear(job, 1);
        elsewhere.say(
                new JobAssigned(jobId, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                new JobStarted(jobId, 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()),
                new JobFinishing(jobId, 4, Instant.now(), Elsewhere.FIRST, 0));
        elsewhere.hear(job, 2);
        elsewhere.say(new JobFailed(
                jobId, 5, Instant.now(), Elsewhere.FIRST, Fault.PLATFORM, "GPU_LOST", "The GPU was lost.", 0));
        elsewhere.say(stated(job, 2, true, OCTOBER_CLOSED, part(OCTOBER, 0, 0), part(NOVEMBER, 0, 0)));
        until("/invoices/2026-11", body -> body.at("/invoice/total_cents").asLong() == -400);
        app.until("m", version, 21106);

        assertThat(invoices("/2026-10").at("/invoice/total_cents").asLong()).isEqualTo(400);
        JsonNode lines = invoices("/2026-11").at("/invoice/lines");
        assertThat(lines.findValuesAsText("kind")).containsExactly("USE", "CREDIT");
        assertThat(lines.findValuesAsText("amount_cents")).containsExactly("0", "-400");
        assertThat(lines.at("/1/corrects").asText()).isEqualTo("2026-10");
        assertThat(lines.at("/1/outcome").asText()).isEqualTo("FAILED");
        assertThat(lines.at("/1/reason").asText()).isEqualTo("PLATFORM");
    }

    @Test
    void what_comes_twice_or_late_changes_nothing() {
        String version = app.train("m");
        String job = app.job("m", version);
        Event[] first = stated(job, 1, false, OCTOBER_CLOSED, part(NOVEMBER, 90, 10));
        Event[] second = stated(job, 2, false, OCTOBER_CLOSED, part(NOVEMBER, 180, 20));
        Event[] third = stated(job, 3, false, OCTOBER_CLOSED, part(NOVEMBER, 270, 30));
        elsewhere.say(first);
        elsewhere.say(second);
        elsewhere.say(second);
        elsewhere.say(first);
        // Once the third statement is seen, all that was said before it has been heard; how it divides was not said.
        elsewhere.say(third[0]);
        Elsewhere.eventually(() -> app.rest()
                        .get(app.at("/models/m/versions/" + version + "/charge"))
                        .body()
                        .at("/charge/revision")
                        .asLong()
                == 3);
        assertThat(invoices("/2026-11").at("/invoice/total_cents").asLong()).isEqualTo(20);
        assertThat(invoices("/2026-11").at("/invoice/lines").size()).isEqualTo(1);
    }

    @Test
    void the_lines_come_in_pages_and_as_one_file_that_no_spreadsheet_computes() {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            jobs.add(app.job("m", app.train("m")));
            elsewhere.say(stated(jobs.getLast(), 1, true, OCTOBER_CLOSED, part(NOVEMBER, 90, 10)));
        }
        until("/invoices/2026-11", body -> body.at("/invoice/total_cents").asLong() == 30);

        List<String> read = new ArrayList<>();
        for (int page = 1; page <= 2; page++) {
            JsonNode invoice = invoices("/2026-11?per_page=2&page=" + page).path("invoice");
            assertThat(invoice.at("/total_cents").asLong()).isEqualTo(30);
            assertThat(invoice.at("/line_count").asLong()).isEqualTo(3);
            read.addAll(invoice.path("lines").findValuesAsText("job_id"));
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(jobs);

        var file = app.rest().file("/v2/users/me/invoices/2026-11", "text/csv");
        String csv = new String(file.body(), StandardCharsets.UTF_8);
        assertThat(file.headers().firstValue("content-type")).hasValue("text/csv; charset=utf-8");
        assertThat(file.headers().firstValue("content-disposition").orElse("")).contains("invoice-2026-11-USD.csv");
        List<String> rows = csv.lines().toList();
        assertThat(rows).hasSize(4);
        assertThat(rows.getFirst())
                .startsWith("month,kind,corrects,job_id,app_id")
                .endsWith(",final,charge");
        assertThat(rows.get(1)).startsWith("2026-11,USE,,").contains(",'=app,m,", ",90,1,400,USD,10,true,/v2/users/");
    }

    @Test
    void a_month_without_use_is_empty_one_that_has_not_begun_is_not_there_and_others_are_refused() {
        assertThat(invoices("/2026-09").at("/invoice/total_cents").asLong()).isZero();
        assertThat(invoices("/2026-09").at("/invoice/state").asText()).isEqualTo("CLOSED");
        Answer later = app.rest().get("/v2/users/me/invoices/2026-12");
        assertThat(later.httpStatus()).isEqualTo(404);
        assertThat(later.details()).contains("2026-12", "has not begun");
        Answer none = app.rest().get("/v2/users/me/invoices/november");
        assertThat(none.httpStatus()).isEqualTo(400);
        assertThat(none.details()).contains("november", "2026-11");
        assertThat(app.rest()
                        .get("/v2/users/me/invoices/2026-11?currency=dollars")
                        .details())
                .contains("dollars", "USD");
    }

    @Test
    void invoices_need_a_personal_token_with_the_scope_that_reads_users() {
        Answer ofApp = app.rest()
                .post("/v2/users/me/keys", "{\"keys\":[{\"scopes\":[\"All\"],\"apps\":[{\"id\":\"=app\"}]}]}");
        Answer closed = app.rest().as(ofApp.body().at("/keys/0/id").asText()).get("/v2/users/me/invoices");
        assertThat(closed.httpStatus()).isEqualTo(403);
        assertThat(closed.details()).contains("personal access token");
        Answer reader = app.rest().post("/v2/users/me/keys", "{\"keys\":[{\"scopes\":[\"Models_Get\"]}]}");
        Answer refused = app.rest().as(reader.body().at("/keys/0/id").asText()).get("/v2/users/me/invoices/2026-11");
        assertThat(refused.httpStatus()).isEqualTo(403);
        assertThat(refused.details()).contains("Users_Get");
    }

    private static MonthPart part(YearMonth month, long seconds, long cents) {
        return new MonthPart(month, seconds, cents);
    }

    private Event[] stated(String job, long revision, boolean isFinal, Instant at, MonthPart... parts) {
        return user.stated(app, job, revision, isFinal, at, parts);
    }

    private JsonNode invoices(String below) {
        Answer answer = app.rest().get("/v2/users/me/invoices" + below);
        assertThat(answer.code()).as(answer.toString()).isEqualTo(10000);
        return answer.body();
    }

    private void until(String path, Predicate<JsonNode> isSo) {
        Elsewhere.eventually(
                () -> isSo.test(app.rest().get("/v2/users/me" + path).body()));
    }
}
