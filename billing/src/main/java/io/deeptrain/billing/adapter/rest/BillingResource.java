package io.deeptrain.billing.adapter.rest;

import io.deeptrain.billing.adapter.postgres.BillReader;
import io.deeptrain.billing.adapter.postgres.BillReader.JobSum;
import io.deeptrain.billing.charge.Charging;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.List;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/**
 * What a job costs, with the readings that it comes from, and what a tenant has used. For the port that is reachable
 * inside the cluster only: nobody is asked who they are.
 */
@Path("/billing")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class BillingResource {
    private final BillReader reader;

    BillingResource(BillReader reader) {
        this.reader = reader;
    }

    /** One job's charge and where each second of it went. */
    public record JobCharge(
            String jobId,
            String userId,
            String appId,
            boolean isFinal,
            long revision,
            long centsPerGpuHour,
            String currency,
            int gpus,
            long billedSeconds,
            long amountCents,
            List<AttemptLine> attempts,
            List<Posted> ledger) {}

    /** One attempt's reading, divided. */
    public record AttemptLine(
            long attempt, long readingMillis, long billableMillis, long freeMillis, String freeReason) {}

    /** One transaction of the ledger. */
    public record Posted(String period, int revision, String kind, long amountCents, String hash) {}

    /** The sums over all of a tenant's jobs, and the newest of them. */
    public record Usage(String userId, String appId, List<Total> totals, List<JobLine> jobs) {}

    /** What is owed in one currency, and what jobs under way have come to. */
    public record Total(String currency, long postedCents, long runningCents, long billedSeconds, long jobs) {}

    /** One job in a tenant's usage. */
    public record JobLine(String jobId, boolean isFinal, long billedSeconds, long amountCents, String currency) {}

    /** RFC 9457. */
    public record Problem(String title, int status, String detail) {}

    @GET
    @Path("/jobs/{job}")
    public Response job(@PathParam("job") String job) throws SQLException {
        JobId jobId;
        try {
            jobId = new JobId(job);
        } catch (IllegalArgumentException rejected) {
            return problem(Response.Status.BAD_REQUEST, String.valueOf(rejected.getMessage()));
        }
        var sum = reader.sum(jobId);
        return sum.isEmpty()
                ? problem(Response.Status.NOT_FOUND, "no such job: " + jobId)
                : Response.ok(charge(sum.get())).build();
    }

    @GET
    @Path("/usage")
    public Response usage(@RestQuery("user_id") @Nullable String userId, @RestQuery("app_id") @Nullable String appId)
            throws SQLException {
        if (userId == null || appId == null) {
            return problem(Response.Status.BAD_REQUEST, "user_id and app_id are both needed");
        }
        Tenant tenant;
        try {
            tenant = new Tenant(userId, appId);
        } catch (IllegalArgumentException rejected) {
            return problem(Response.Status.BAD_REQUEST, String.valueOf(rejected.getMessage()));
        }
        List<Total> totals = reader.totals(tenant).stream()
                .map(total -> new Total(
                        total.currency(),
                        total.postedCents(),
                        total.runningCents(),
                        total.billedSeconds(),
                        total.jobs()))
                .toList();
        List<JobLine> jobs =
                reader.sums(tenant).stream().map(BillingResource::line).toList();
        return Response.ok(new Usage(tenant.userId(), tenant.appId(), totals, jobs))
                .build();
    }

    private JobCharge charge(JobSum sum) throws SQLException {
        Statement statement = Charging.statement(reader.usage(sum.jobId()));
        List<AttemptLine> lines = statement.lines().stream()
                .map(line -> new AttemptLine(
                        line.attempt().value(),
                        line.readingMillis(),
                        line.billableMillis(),
                        line.freeMillis(),
                        line.freeReason().name()))
                .toList();
        List<Posted> ledger = reader.postings(sum.jobId()).stream()
                .map(posting -> new Posted(
                        posting.key().period().toString(),
                        posting.key().revision(),
                        posting.kind(),
                        posting.owed().cents(),
                        posting.hash()))
                .toList();
        return new JobCharge(
                sum.jobId().value(),
                sum.tenant().userId(),
                sum.tenant().appId(),
                sum.isFinal(),
                sum.revision(),
                statement.rate().centsPerGpuHour(),
                statement.rate().currency(),
                statement.gpus(),
                statement.billedSeconds(),
                statement.amountCents(),
                lines,
                ledger);
    }

    private static JobLine line(JobSum sum) {
        return new JobLine(
                sum.jobId().value(),
                sum.isFinal(),
                sum.billedSeconds(),
                sum.amount().cents(),
                sum.amount().currency());
    }

    private static Response problem(Response.Status status, String detail) {
        return Response.status(status)
                .type("application/problem+json")
                .entity(new Problem(status.getReasonPhrase(), status.getStatusCode(), detail))
                .build();
    }
}
