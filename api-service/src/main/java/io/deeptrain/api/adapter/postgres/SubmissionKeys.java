package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.version.Submission;
import io.deeptrain.api.version.Submission.Accepted;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The idempotency keys of requests to train, and what those were answered. */
public final class SubmissionKeys {
    private SubmissionKeys() {}

    /**
     * What a request to train was answered.
     *
     * @param remarks what the tenant should know of the dataset; empty if nothing
     */
    public record Answered(ModelVersionId version, String remarks) {}

    /** What was accepted under an idempotency key within the last day; then the key may be used anew. */
    public static Submission<Answered> submission(
            Connection connection, Tenant tenant, String idempotencyKey, String requestHash) throws SQLException {
        Optional<Accepted<Answered>> earlier = Sql.first(
                connection,
                """
                select version_id, remarks, request_hash from idempotency_key
                where user_id = ? and app_id = ? and idempotency_key = ? and created_at > now() - interval '24 hours'
                """,
                row -> new Accepted<>(
                        new Answered(new ModelVersionId(row.getString(1)), row.getString(2)), row.getString(3)),
                tenant.userId(),
                tenant.appId(),
                idempotencyKey);
        return Submission.of(earlier, requestHash);
    }

    /**
     * Takes an idempotency key; false if somebody has had it for less than a day. Waits for a transaction that is about
     * to take it.
     */
    public static boolean takeKey(
            Connection connection,
            Tenant tenant,
            String idempotencyKey,
            String requestHash,
            Answered answered,
            Instant now)
            throws SQLException {
        return Sql.update(
                        connection,
                        """
                        insert into idempotency_key
                            (user_id, app_id, idempotency_key, request_hash, version_id, created_at, remarks)
                        values (?, ?, ?, ?, ?, ?, ?)
                        on conflict (user_id, app_id, idempotency_key) do update
                        set request_hash = excluded.request_hash, version_id = excluded.version_id,
                            created_at = excluded.created_at, remarks = excluded.remarks
                        where idempotency_key.created_at <= now() - interval '24 hours'
                        """,
                        tenant.userId(),
                        tenant.appId(),
                        idempotencyKey,
                        requestHash,
                        answered.version().value(),
                        now,
                        answered.remarks())
                == 1;
    }
}
