package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.api.adapter.postgres.Keys;
import io.deeptrain.event.ChargeEvent.MonthPart;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user allows to be spent in a month. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class BudgetsTest {
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final Instant IN_NOVEMBER = Instant.parse("2026-11-30T23:59:59Z");
    private static final Instant IN_DECEMBER = Instant.parse("2026-12-01T00:00:00Z");
    private static final int CALLERS = 12;
    private static final String OF_USER = "/v2/users/me/budget";

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
        ((MovableClock) clock).setTo(IN_NOVEMBER);
        user = OwnUser.fresh(base, keys);
        app = user.app("app");
        elsewhere = new Elsewhere(TestServers.kafka());
    }

    @AfterEach
    void close() {
        ((MovableClock) clock).letGo();
        elsewhere.close();
    }

    @Test
    void a_training_that_does_not_fit_what_is_left_is_refused_by_a_hard_budget_and_accepted_by_a_soft_one() {
        put(app.at("/budget"), 100_000, false);
        app.train("m");
        long hold = committed(app.at("/budget"));
        assertThat(hold).isPositive();

        put(app.at("/budget"), 2 * hold - 1, true);
        Answer refused = app.rest().post(app.at("/models/m/versions"), "{}");
        assertThat(refused.httpStatus()).isEqualTo(402);
        assertThat(refused.code()).isEqualTo(69001);
        assertThat(refused.details())
                .contains(
                        "app 'app'",
                        "%d cents for 2026-11".formatted(2 * hold - 1),
                        "must have %d left".formatted(hold),
                        "has %d".formatted(hold - 1),
                        "max_cost_cents to at most %d".formatted(hold - 1));
        assertThat(committed(app.at("/budget"))).isEqualTo(hold);
        assertThat(app.versions("m")).hasSize(2);

        app.create("cheap", "\"num_epochs\":2,\"max_cost_cents\":%d".formatted(hold - 1));
        assertThat(app.rest().post(app.at("/models/cheap/versions"), "{}").code())
                .isEqualTo(10000);
        assertThat(budget(app.at("/budget")).path("remaining_cents").asLong()).isZero();

        put(app.at("/budget"), 0, false);
        assertThat(app.rest().post(app.at("/models/m/versions"), "{}").code()).isEqualTo(10000);
        assertThat(budget(app.at("/budget")).path("remaining_cents").asLong()).isNegative();
    }

    @Test
    void of_many_that_come_at_once_no_two_take_the_same_cents() throws Exception {
        put(app.at("/budget"), 1_000_000, false);
        app.train("m");
        long hold = committed(app.at("/budget"));
        OwnApp other = user.app("other");
        put(OF_USER, 4 * hold + hold / 2, true);

        CountDownLatch start = new CountDownLatch(1);
        List<Answer> answers = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                OwnApp in = i % 2 == 0 ? app : other;
                calls.add(callers.submit(() -> {
                    start.await();
                    return in.rest().post(in.at("/models/m/versions"), "{}");
                }));
            }
            start.countDown();
            for (Future<Answer> call : calls) {
                answers.add(call.get());
            }
        }

        assertThat(answers).extracting(Answer::code).containsOnly(10000, 69001);
        assertThat(answers.stream().filter(answer -> answer.code() == 10000)).hasSize(3);
        JsonNode budget = budget(OF_USER);
        assertThat(budget.path("committed_cents").asLong()).isEqualTo(4 * hold);
        assertThat(budget.path("remaining_cents").asLong()).isEqualTo(hold / 2);
        assertThat(budget.has("app_id")).isFalse();
    }

    @Test
    void when_a_hard_budget_is_used_up_what_runs_ends_with_what_it_has_learned() {
        String version = app.train("m");
        String job = running(version);
        put(app.at("/budget"), 40, true);
        elsewhere.say(user.stated(app, job, 1, false, IN_NOVEMBER, new MonthPart(NOVEMBER, 360, 40)));

        assertThat(elsewhere.hear(job, 2).get(1)).isInstanceOf(TrainingBudgetReached.class);
        assertThat(app.statusOf("m", version).path("details").asText()).contains("being stopped");
        elsewhere.say(user.stated(app, job, 2, false, IN_NOVEMBER, new MonthPart(NOVEMBER, 369, 41)));
        Elsewhere.eventually(() -> budget(app.at("/budget")).path("spent_cents").asLong() == 41);
        assertThat(elsewhere.hear(job, 2)).hasSize(2);
        assertThat(app.rest().post(app.at("/models/m/versions"), "{}").code()).isEqualTo(69001);
    }

    @Test
    void a_soft_budget_stops_nothing_and_one_that_turns_hard_stops_at_once() {
        String version = app.train("m");
        String job = running(version);
        put(OF_USER, 40, false);
        elsewhere.say(user.stated(app, job, 1, false, IN_NOVEMBER, new MonthPart(NOVEMBER, 900, 100)));
        Elsewhere.eventually(() -> budget(OF_USER).path("spent_cents").asLong() == 100);
        assertThat(app.statusOf("m", version).path("details").asText()).doesNotContain("being stopped");

        put(OF_USER, 40, true);
        assertThat(elsewhere.hear(job, 2).get(1)).isInstanceOf(TrainingBudgetReached.class);
    }

    @Test
    void thresholds_are_shown_and_told_once_a_month() {
        app.rest().post(app.at("/webhooks"), """
                {"url":"https://hooks.invalid/","event_types":["budget.threshold"]}
                """);
        String job = running(app.train("m"));
        put(app.at("/budget"), 100, false);
        elsewhere.say(user.stated(app, job, 1, false, IN_NOVEMBER, new MonthPart(NOVEMBER, 441, 49)));
        Elsewhere.eventually(() -> budget(app.at("/budget")).path("spent_cents").asLong() == 49);
        assertThat(budget(app.at("/budget")).path("alerts_reached")).isEmpty();
        elsewhere.say(user.stated(app, job, 2, false, IN_NOVEMBER, new MonthPart(NOVEMBER, 450, 50)));
        Elsewhere.eventually(() -> deliveries().size() == 1);
        elsewhere.say(user.stated(app, job, 3, false, IN_NOVEMBER, new MonthPart(NOVEMBER, 720, 80)));
        Elsewhere.eventually(() -> deliveries().size() == 2);
        put(app.at("/budget"), 90, false);
        put(app.at("/budget"), 80, false);
        Elsewhere.eventually(() -> deliveries().size() == 3);

        assertThat(budget(app.at("/budget")).path("alerts_reached").toString()).isEqualTo("[50,80,100]");
        assertThat(deliveries().findValuesAsText("event_type")).containsOnly("budget.threshold");
        String newest = deliveries().at("/0/body").asText();
        assertThat(newest)
                .contains("\"percent\":100", "\"spent_cents\":80", "\"month\":\"2026-11\"", "\"app_id\":\"app\"");
    }

    @Test
    void a_new_month_begins_with_nothing_spent_and_what_is_charged_for_good_is_set_aside_no_more() {
        put(app.at("/budget"), 100_000, true);
        String job = running(app.train("m"));
        long hold = committed(app.at("/budget"));
        put(app.at("/budget"), hold + 10, true);
        elsewhere.say(user.stated(app, job, 1, true, IN_NOVEMBER, new MonthPart(NOVEMBER, 90, 11)));
        Elsewhere.eventually(() -> committed(app.at("/budget")) == 0);
        assertThat(budget(app.at("/budget")).path("spent_cents").asLong()).isEqualTo(11);
        assertThat(app.rest().post(app.at("/models/m/versions"), "{}").code()).isEqualTo(69001);

        ((MovableClock) clock).setTo(IN_DECEMBER);
        assertThat(budget(app.at("/budget")).path("month").asText()).isEqualTo("2026-12");
        assertThat(budget(app.at("/budget")).path("spent_cents").asLong()).isZero();
        assertThat(app.rest().post(app.at("/models/m/versions"), "{}").code()).isEqualTo(10000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                         | amount_cents is missing but must be a whole number
            {"amount_cents":-1}                        | amount_cents is -1 but must be a whole number from 0
            {"amount_cents":1.5}                       | amount_cents is 1.5 but must be
            {"amount_cents":"5"}                       | amount_cents is "5" but must be
            {"amount_cents":1000000000001}             | amount_cents is 1000000000001 but must be
            {"amount_cents":5,"alerts":[0]}            | alerts is [0] but must be a list of at most 10 percentages
            {"amount_cents":5,"alerts":50}             | alerts is 50 but must be a list
            {"amount_cents":5,"hard":"yes"}            | hard is "yes" but must be true or false
            {"amount_cents":5,"amount":5}              | The body holds [amount] but must hold amount_cents
            []                                         | The body is not a JSON object
            {                                          | The body is not JSON
            """)
    void a_bad_budget_is_refused_with_what_would_be_right(String body, String details) {
        Answer refused = app.rest().put(app.at("/budget"), body);
        assertThat(refused.httpStatus()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo(11100);
        assertThat(refused.details()).contains(details);
        assertThat(app.rest().get(app.at("/budget")).code()).isEqualTo(11101);
    }

    @Test
    void a_budget_is_set_shown_and_taken_away_in_both_forms() {
        String key = ofApp("All");
        Answer none = app.rest().as(key).get("/v2/budget");
        assertThat(none.httpStatus()).isEqualTo(404);
        assertThat(none.details()).contains("App 'app' has no budget");
        Answer set = app.rest().as(key).put("/v2/budget", "{\"amount_cents\":500}");
        assertThat(set.code()).isEqualTo(10000);
        assertThat(set.body().at("/budget/alerts").toString()).isEqualTo("[50,80,100]");
        assertThat(set.body().at("/budget/hard").asBoolean()).isFalse();
        assertThat(budget(app.at("/budget"))).isEqualTo(set.body().path("budget"));
        assertThat(app.rest().delete(app.at("/budget")).code()).isEqualTo(10000);
        assertThat(app.rest().delete(app.at("/budget")).code()).isEqualTo(11101);
    }

    @Test
    void whoever_may_only_train_cannot_change_a_budget_and_an_apps_key_cannot_see_the_users() {
        String trainer = ofApp("Models_Train");
        Answer refused = app.rest().as(trainer).put("/v2/budget", "{\"amount_cents\":500}");
        assertThat(refused.httpStatus()).isEqualTo(403);
        assertThat(refused.details()).contains("Apps_Add");
        assertThat(app.rest().as(trainer).get("/v2/budget").details()).contains("Apps_Get");
        assertThat(app.rest().as(ofApp("All")).get(OF_USER).httpStatus()).isEqualTo(403);
        assertThat(app.rest().get(OF_USER).httpStatus()).isEqualTo(404);
    }

    private String ofApp(String scope) {
        return app.rest()
                .post(
                        "/v2/users/me/keys",
                        "{\"keys\":[{\"scopes\":[\"%s\"],\"apps\":[{\"id\":\"app\"}]}]}".formatted(scope))
                .body()
                .at("/keys/0/id")
                .asText();
    }

    /** The job that trains a version, which has begun. */
    private String running(String version) {
        JobId job = new JobId(app.job("m", version));
        elsewhere.hear(job.value(), 1);
        elsewhere.say(
                new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                new JobStarted(job, 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()));
        app.until("m", version, 21101);
        return job.value();
    }

    private void put(String path, long cents, boolean hard) {
        Answer set = app.rest().put(path, "{\"amount_cents\":%d,\"hard\":%s}".formatted(cents, hard));
        assertThat(set.code()).as(set.toString()).isEqualTo(10000);
    }

    private JsonNode budget(String path) {
        Answer shown = app.rest().get(path);
        assertThat(shown.code()).as(shown.toString()).isEqualTo(10000);
        return shown.body().path("budget");
    }

    private long committed(String path) {
        return budget(path).path("committed_cents").asLong();
    }

    private JsonNode deliveries() {
        String webhook =
                app.rest().get(app.at("/webhooks")).body().at("/webhooks/0/id").asText();
        return app.rest()
                .get(app.at("/webhooks/" + webhook + "/deliveries"))
                .body()
                .path("deliveries");
    }
}
