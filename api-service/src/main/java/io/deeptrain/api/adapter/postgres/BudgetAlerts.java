package io.deeptrain.api.adapter.postgres;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.adapter.postgres.Budgets.StoredBudget;
import io.deeptrain.api.budget.Standing;
import io.deeptrain.api.webhook.WebhookEvent;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;

/** Tells servers of tenants which thresholds of a budget were reached: each once a month. */
public final class BudgetAlerts {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private BudgetAlerts() {}

    /** Tells what was not told before. That of an app goes to its servers, that of a user to those of all apps. */
    public static void tell(Connection connection, StoredBudget stored, Standing standing, YearMonth month)
            throws SQLException {
        for (int percent : standing.reached()) {
            if (Budgets.takeAlert(connection, stored, month, percent)) {
                tell(connection, stored, standing, month, percent);
            }
        }
    }

    private static void tell(
            Connection connection, StoredBudget stored, Standing standing, YearMonth month, int percent)
            throws SQLException {
        String type = WebhookEvent.Type.BUDGET_THRESHOLD.publicName();
        String messageId = "msg_budget_%d_%s_%d".formatted(stored.id(), month, percent);
        String body = body(stored, standing, month, percent, Sql.now(connection));
        String userId = stored.coverage().userId();
        if (stored.coverage().appId().isPresent()) {
            Tenant tenant = new Tenant(userId, stored.coverage().appId().get());
            Webhooks.enqueue(connection, tenant, messageId, type, body);
        } else {
            Webhooks.enqueueForAll(connection, userId, messageId, type, body);
        }
    }

    private static String body(StoredBudget stored, Standing standing, YearMonth month, int percent, Instant now) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("type", WebhookEvent.Type.BUDGET_THRESHOLD.publicName());
        body.put("timestamp", now.toString());
        ObjectNode data = body.putObject("data");
        data.put("user_id", stored.coverage().userId());
        stored.coverage().appId().ifPresent(app -> data.put("app_id", app));
        data.put("month", month.toString());
        data.put("percent", percent);
        data.put("amount_cents", standing.budget().amountCents());
        data.put("spent_cents", standing.spentCents());
        data.put("committed_cents", standing.committedCents());
        data.put("remaining_cents", standing.remainingCents());
        data.put("hard", standing.budget().hard());
        return body.toString();
    }
}
