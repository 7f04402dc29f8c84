package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Invoices;
import io.deeptrain.api.adapter.postgres.Invoices.Invoice;
import io.deeptrain.api.adapter.postgres.Invoices.ShownLine;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Slice;
import io.deeptrain.api.adapter.rest.OwnRoutes.TextFile;
import io.deeptrain.api.adapter.rpc.Tenants;
import io.deeptrain.api.invoice.Csv;
import io.deeptrain.api.invoice.InvoiceMonths;
import io.deeptrain.api.status.StatusCode;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What a user owes for a month, job by job: as pages, and as one file for a spreadsheet. */
@ApplicationScoped
public class InvoiceRoutes {
    static final String OF_USER = "/v2/users/:user";

    private static final String MONTH = "[0-9]{4}-(0[1-9]|1[0-2])";
    private static final String CURRENCY = "[A-Z]{3}";
    private static final String CSV = "text/csv";

    /** A file is made in memory. Whoever has more lines reads them page by page. */
    private static final int FILE_LINES_MAX = 100_000;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OwnRoutes ownRoutes;
    private final Database database;
    private final Clock clock;
    private final String currency;

    InvoiceRoutes(
            OwnRoutes ownRoutes,
            Database database,
            Clock clock,
            @ConfigProperty(name = "deeptrain.rate.currency", defaultValue = "USD") String currency) {
        this.ownRoutes = ownRoutes;
        this.database = database;
        this.clock = clock;
        this.currency = currency;
    }

    void open(@Observes Router router) {
        ownRoutes.open(router.get(OF_USER + "/invoices"), Scope.USERS_GET, this::list);
        router.get(OF_USER + "/invoices/:month")
                .order(OwnRoutes.BEFORE_THE_CONTRACT)
                .handler(this::open);
    }

    private void open(RoutingContext context) {
        if (HttpAnswers.header(context, "accept").contains(CSV)) {
            ownRoutes.fileOnThread(context, Scope.USERS_GET, this::file);
        } else {
            ownRoutes.answerOnThread(context, Scope.USERS_GET, this::invoice);
        }
    }

    private ObjectNode list(RoutingContext context, Caller caller) {
        String user = Tenants.user(caller, OwnRoutes.named(context));
        return database.inTransaction(connection -> {
            ObjectNode answer = MAPPER.createObjectNode();
            ArrayNode invoices = answer.putArray("invoices");
            for (Invoice invoice :
                    Invoices.list(connection, user, page(context, caller)).shownTo(caller)) {
                invoices.add(json(invoice));
            }
            return answer;
        });
    }

    private ObjectNode invoice(RoutingContext context, Caller caller) {
        String user = Tenants.user(caller, OwnRoutes.named(context));
        YearMonth month = month(context);
        return database.inTransaction(connection -> {
            Invoice invoice = Invoices.find(connection, user, month, currency(context));
            ObjectNode json = json(invoice);
            ArrayNode lines = json.putArray("lines");
            for (ShownLine line : Invoices.lines(connection, user, invoice, page(context, caller))
                    .shownTo(caller)) {
                lines.add(json(line));
            }
            return MAPPER.createObjectNode().set("invoice", json);
        });
    }

    private TextFile file(RoutingContext context, Caller caller) {
        String user = Tenants.user(caller, OwnRoutes.named(context));
        YearMonth month = month(context);
        return database.inTransaction(connection -> {
            Invoice invoice = Invoices.find(connection, user, month, currency(context));
            Slice<ShownLine> lines = Invoices.lines(connection, user, invoice, new Page(0, FILE_LINES_MAX));
            if (invoice.lineCount() > FILE_LINES_MAX) {
                throw new Refusal(
                        StatusCode.BAD_REQUEST_FORMAT,
                        "Invoice %s has %d lines but a file holds at most %d; leave text/csv out of Accept and read it page by page"
                                .formatted(month, invoice.lineCount(), FILE_LINES_MAX));
            }
            return new TextFile(CSV, "invoice-%s-%s.csv".formatted(month, invoice.currency()), csv(lines.items()));
        });
    }

    private static Page page(RoutingContext context, Caller caller) {
        return Page.of(caller, OwnRoutes.number(context, "page"), OwnRoutes.number(context, "per_page"));
    }

    /** Every month that has begun has an invoice, even if there is nothing on it. */
    private YearMonth month(RoutingContext context) {
        String named = OwnRoutes.parameter(context, "month");
        if (!named.matches(MONTH)) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "The invoice is '%s' but must be a month as in %s".formatted(named, current()));
        }
        YearMonth month = YearMonth.parse(named);
        if (month.isAfter(current())) {
            throw new Refusal(
                    StatusCode.DOES_NOT_EXIST,
                    "Invoice '%s' does not exist: the month has not begun, by UTC".formatted(month));
        }
        return month;
    }

    private YearMonth current() {
        return InvoiceMonths.of(clock.instant());
    }

    private String currency(RoutingContext context) {
        String named =
                Optional.ofNullable(context.request().getParam("currency")).orElse(currency);
        if (!named.matches(CURRENCY)) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "currency is '%s' but must be three capital letters as in %s".formatted(named, currency));
        }
        return named;
    }

    private ObjectNode json(Invoice invoice) {
        boolean isClosed = InvoiceMonths.isClosed(invoice.month(), clock.instant());
        return MAPPER.createObjectNode()
                .put("id", invoice.month().toString())
                .put("state", isClosed ? "CLOSED" : "OPEN")
                .put("closes_at", InvoiceMonths.closesAt(invoice.month()).toString())
                .put("currency", invoice.currency())
                .put("total_cents", invoice.totalCents())
                .put("line_count", invoice.lineCount());
    }

    private static ObjectNode json(ShownLine shown) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("kind", kind(shown))
                .put("job_id", shown.jobId().value())
                .put("app_id", shown.tenant().appId())
                .put("model_id", shown.modelId())
                .put("model_version_id", shown.versionId())
                .put("deleted", shown.deleted())
                .put("outcome", shown.outcome())
                .put("reason", shown.reason())
                .put("billed_seconds", shown.line().billedSeconds())
                .put("gpus", shown.gpus())
                .put("cents_per_gpu_hour", shown.centsPerGpuHour())
                .put("currency", shown.currency())
                .put("amount_cents", shown.line().amountCents())
                .put("final", shown.isFinal())
                .put("charge", charge(shown));
        shown.line().corrects().ifPresent(month -> json.put("corrects", month.toString()));
        return json;
    }

    private static String kind(ShownLine shown) {
        return shown.line().corrects().isPresent() ? "CREDIT" : "USE";
    }

    /** Where the meter readings of a line are. */
    private static String charge(ShownLine shown) {
        return "/v2/users/%s/apps/%s/models/%s/versions/%s/charge"
                .formatted(
                        inPath(shown.tenant().userId()),
                        inPath(shown.tenant().appId()),
                        inPath(shown.modelId()),
                        inPath(shown.versionId()));
    }

    private static String inPath(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String csv(List<ShownLine> lines) {
        StringBuilder csv = new StringBuilder(Csv.row(
                "month",
                "kind",
                "corrects",
                "job_id",
                "app_id",
                "model_id",
                "model_version_id",
                "outcome",
                "reason",
                "billed_seconds",
                "gpus",
                "cents_per_gpu_hour",
                "currency",
                "amount_cents",
                "final",
                "charge"));
        for (ShownLine shown : lines) {
            csv.append(Csv.row(
                    shown.line().month(),
                    kind(shown),
                    shown.line().corrects().map(YearMonth::toString).orElse(""),
                    shown.jobId(),
                    shown.tenant().appId(),
                    shown.modelId(),
                    shown.versionId(),
                    shown.outcome(),
                    shown.reason(),
                    shown.line().billedSeconds(),
                    shown.gpus(),
                    shown.centsPerGpuHour(),
                    shown.currency(),
                    shown.line().amountCents(),
                    shown.isFinal(),
                    charge(shown)));
        }
        return csv.toString();
    }
}
