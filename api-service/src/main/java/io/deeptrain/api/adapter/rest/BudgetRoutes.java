package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.clock.BudgetWatch;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Budgets;
import io.deeptrain.api.adapter.postgres.Budgets.Coverage;
import io.deeptrain.api.adapter.postgres.Budgets.StoredBudget;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.rpc.Tenants;
import io.deeptrain.api.budget.Budget;
import io.deeptrain.api.budget.Standing;
import io.deeptrain.api.invoice.InvoiceMonths;
import io.deeptrain.api.status.StatusCode;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What a user allows to be spent in a month: in one app, or in all of them. */
@ApplicationScoped
public class BudgetRoutes {
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final Set<String> FIELDS = Set.of("amount_cents", "alerts", "hard");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OwnRoutes ownRoutes;
    private final Database database;
    private final BudgetWatch watch;
    private final Clock clock;
    private final String currency;

    BudgetRoutes(
            OwnRoutes ownRoutes,
            Database database,
            BudgetWatch watch,
            Clock clock,
            @ConfigProperty(name = "deeptrain.rate.currency", defaultValue = "USD") String currency) {
        this.ownRoutes = ownRoutes;
        this.database = database;
        this.watch = watch;
        this.clock = clock;
        this.currency = currency;
    }

    /** Says which budget a request is about, and that it is the caller's. */
    @FunctionalInterface
    private interface Covering {
        Coverage of(RoutingContext context, Caller caller);
    }

    void open(@Observes Router router) {
        Covering app = (context, caller) -> Coverage.of(Tenants.app(caller, OwnRoutes.named(context)));
        Covering user =
                (context, caller) -> new Coverage(Tenants.user(caller, OwnRoutes.named(context)), Optional.empty());
        open(router, OwnRoutes.LONG_FORM, Scope.APPS_GET, app);
        open(router, OwnRoutes.SHORT_FORM, Scope.APPS_GET, app);
        open(router, InvoiceRoutes.OF_USER, Scope.USERS_GET, user);
    }

    private void open(Router router, String form, Scope reading, Covering covering) {
        open(router, HttpMethod.GET, form, reading, (context, caller) -> get(context, caller, covering));
        open(router, HttpMethod.PUT, form, Scope.APPS_ADD, (context, caller) -> put(context, caller, covering));
        open(router, HttpMethod.DELETE, form, Scope.APPS_ADD, (context, caller) -> delete(context, caller, covering));
    }

    private void open(Router router, HttpMethod method, String form, Scope scope, OwnRoutes.Answering answering) {
        router.route(method, form + "/budget")
                .order(OwnRoutes.BEFORE_THE_CONTRACT)
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX))
                .handler(context -> ownRoutes.answerOnThread(context, scope, answering));
    }

    private ObjectNode get(RoutingContext context, Caller caller, Covering covering) {
        return database.inTransaction(connection -> {
            Coverage coverage = covering.of(context, caller);
            return shown(connection, Budgets.find(connection, coverage).orElseThrow(() -> none(coverage)));
        });
    }

    private ObjectNode put(RoutingContext context, Caller caller, Covering covering) {
        StoredBudget stored = database.inTransaction(connection -> {
            Coverage coverage = covering.of(context, caller);
            return Budgets.put(connection, coverage, budget(context));
        });
        watch.look(stored);
        return database.inTransaction(connection -> shown(connection, stored));
    }

    private ObjectNode delete(RoutingContext context, Caller caller, Covering covering) {
        return database.inTransaction(connection -> {
            Coverage coverage = covering.of(context, caller);
            if (!Budgets.delete(connection, coverage)) {
                throw none(coverage);
            }
            return MAPPER.createObjectNode();
        });
    }

    private static Refusal none(Coverage coverage) {
        return new Refusal(
                StatusCode.DOES_NOT_EXIST,
                coverage.appId()
                        .map("App '%s' has no budget"::formatted)
                        .orElseGet(() -> "User '%s' has no budget".formatted(coverage.userId())));
    }

    private ObjectNode shown(Connection connection, StoredBudget stored) throws SQLException {
        YearMonth month = InvoiceMonths.of(clock.instant());
        Standing standing = Budgets.standing(connection, stored, month, currency);
        ObjectNode budget = MAPPER.createObjectNode();
        budget.put("user_id", stored.coverage().userId());
        stored.coverage().appId().ifPresent(app -> budget.put("app_id", app));
        budget.put("month", month.toString());
        budget.put("currency", currency);
        budget.put("amount_cents", standing.budget().amountCents());
        budget.put("spent_cents", standing.spentCents());
        budget.put("committed_cents", standing.committedCents());
        budget.put("remaining_cents", standing.remainingCents());
        budget.put("hard", standing.budget().hard());
        ArrayNode alerts = budget.putArray("alerts");
        standing.budget().alerts().forEach(alerts::add);
        ArrayNode reached = budget.putArray("alerts_reached");
        standing.reached().forEach(reached::add);
        return MAPPER.createObjectNode().set("budget", budget);
    }

    private static Budget budget(RoutingContext context) {
        JsonNode body = body(context);
        Set<String> unknown = new TreeSet<>();
        body.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw bad("The body holds " + unknown + " but must hold amount_cents, and may hold alerts and hard");
        }
        return new Budget(amount(body.path("amount_cents")), alerts(body.path("alerts")), hard(body.path("hard")));
    }

    private static JsonNode body(RoutingContext context) {
        JsonNode body;
        try {
            body = MAPPER.readTree(
                    Optional.ofNullable(context.body().asString()).orElse("{}"));
        } catch (IOException e) {
            throw bad("The body is not JSON: " + e.getMessage());
        }
        if (!body.isObject()) {
            throw bad("The body is not a JSON object, as in {\"amount_cents\": 5000}");
        }
        return body;
    }

    private static long amount(JsonNode amount) {
        if (!amount.isIntegralNumber()
                || !amount.canConvertToLong()
                || amount.asLong() < 0
                || amount.asLong() > Budget.AMOUNT_MAX) {
            throw bad("amount_cents is %s but must be a whole number from 0 to %d"
                    .formatted(said(amount), Budget.AMOUNT_MAX));
        }
        return amount.asLong();
    }

    private static List<Integer> alerts(JsonNode alerts) {
        if (alerts.isMissingNode()) {
            return Budget.ALERTS_DEFAULT;
        }
        boolean isGood = alerts.isArray() && alerts.size() <= Budget.ALERTS_MAX;
        List<Integer> percents = new ArrayList<>();
        for (JsonNode percent : alerts) {
            isGood = isGood && percent.isInt() && percent.asInt() >= 1 && percent.asInt() <= Budget.PERCENT_MAX;
            percents.add(percent.asInt());
        }
        if (!isGood) {
            throw bad("alerts is %s but must be a list of at most %d percentages from 1 to %d, as in %s"
                    .formatted(said(alerts), Budget.ALERTS_MAX, Budget.PERCENT_MAX, Budget.ALERTS_DEFAULT));
        }
        return percents;
    }

    private static boolean hard(JsonNode hard) {
        if (!hard.isMissingNode() && !hard.isBoolean()) {
            throw bad("hard is %s but must be true or false".formatted(said(hard)));
        }
        return hard.asBoolean(false);
    }

    private static String said(JsonNode value) {
        return value.isMissingNode() ? "missing" : value.toString();
    }

    private static Refusal bad(String details) {
        return new Refusal(StatusCode.BAD_REQUEST_FORMAT, details);
    }
}
