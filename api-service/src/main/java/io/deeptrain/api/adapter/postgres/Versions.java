package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.Version;
import io.deeptrain.api.version.VersionMachine;
import io.deeptrain.api.version.VersionMachine.Stop;
import io.deeptrain.api.version.VersionMachine.Turn;
import io.deeptrain.api.version.VersionState;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The table {@code model_version}. Whatever changes a version holds its row, decides by {@link VersionMachine}, and
 * puts what the scheduler is told into the outbox of the same transaction.
 */
public final class Versions {
    private static final String SOURCE = "/deeptrain/api";
    private static final CloudEventRecords RECORDS = new CloudEventRecords();
    private static final PostgresOutbox OUTBOX = new PostgresOutbox(Database.SCHEMA);
    private static final String COLUMNS = """
            version_id, user_id, app_id, model_id, job_id, state, sequence, progress, document, input_count,
            created_at, modified_at, completed_at, revision, manifest
            """;
    private static final String SELECT = "select " + COLUMNS + " from model_version ";

    private Versions() {}

    /**
     * A version as it is kept.
     *
     * @param document what it is trained with, in the contract's encoding
     * @param revision counts the changes of this row
     * @param manifest what it is trained on; nothing if nobody asked to train it
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
    public record StoredVersion(
            ModelVersionId id,
            Tenant tenant,
            ModelId modelId,
            Optional<JobId> jobId,
            Version version,
            Optional<ProgressReported> progress,
            byte[] document,
            long inputCount,
            Instant createdAt,
            Instant modifiedAt,
            Optional<Instant> completedAt,
            long revision,
            Optional<StoredObject> manifest) {}

    /** Adds a version that nobody has asked to train. */
    public static void insertUntrained(
            Connection connection,
            ModelVersionId id,
            Tenant tenant,
            ModelId modelId,
            byte[] document,
            Collection<String> conceptIds,
            Instant createdAt)
            throws SQLException {
        insert(
                connection,
                new StoredVersion(
                        id,
                        tenant,
                        modelId,
                        Optional.empty(),
                        Version.untrained(),
                        Optional.empty(),
                        document,
                        0,
                        createdAt,
                        createdAt,
                        Optional.empty(),
                        0,
                        Optional.empty()),
                conceptIds);
    }

    /** How many trainings of the app wait for a worker, counted up to {@code atMost}. */
    public static long waiting(Connection connection, Tenant tenant, int atMost) throws SQLException {
        String sql = """
                select count(*) from (
                    select from model_version
                    where user_id = ? and app_id = ? and state ->> 'kind' = 'waiting' and deleted_at is null
                    limit ?) as waiting
                """;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, tenant.userId());
            select.setString(2, tenant.appId());
            select.setInt(3, atMost);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * Adds a version and asks the scheduler to train it; answers the version as it is kept.
     *
     * @param formulaTime what the template's formula gives, not corrected
     */
    public static StoredVersion request(
            Connection connection, TrainingRequested request, byte[] document, Duration formulaTime)
            throws SQLException {
        StoredVersion version = new StoredVersion(
                request.modelVersionId(),
                request.tenant(),
                request.modelId(),
                Optional.of(request.jobId()),
                Version.requested(request.jobId()),
                Optional.empty(),
                document,
                request.spec().inputCount(),
                request.requestedAt(),
                request.requestedAt(),
                Optional.empty(),
                0,
                Optional.of(request.spec().manifest()));
        StoredVersion stored = insert(connection, version, request.spec().concepts());
        Sql.update(
                connection,
                "update model_version set template_id = ?, formula_seconds = ? where version_id = ?",
                request.spec().template(),
                (double) formulaTime.toSeconds(),
                stored.id().value());
        tell(connection, List.of(request), request.requestedAt());
        return stored;
    }

    private static StoredVersion insert(Connection connection, StoredVersion version, Collection<String> conceptIds)
            throws SQLException {
        return Sql.first(
                        connection,
                        """
                insert into model_version (version_id, user_id, app_id, model_id, job_id, state, sequence, document,
                                           input_count, created_at, modified_at, concept_ids, manifest)
                values (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?::jsonb)
                returning
                """ + COLUMNS,
                        Versions::read,
                        version.id().value(),
                        version.tenant().userId(),
                        version.tenant().appId(),
                        version.modelId().value(),
                        version.jobId().map(JobId::value).orElse(null),
                        StateJson.write(version.version().state()),
                        version.version().sequence(),
                        version.document(),
                        version.inputCount(),
                        version.createdAt(),
                        version.modifiedAt(),
                        Sql.texts(connection, conceptIds),
                        version.manifest().map(StateJson::write).orElse(null))
                .orElseThrow();
    }

    /** Deleted versions are not found. */
    public static Optional<StoredVersion> find(Connection connection, Tenant tenant, String modelId, String versionId)
            throws SQLException {
        return Sql.first(
                connection,
                SELECT + "where user_id = ? and app_id = ? and model_id = ? and version_id = ? and deleted_at is null",
                Versions::read,
                tenant.userId(),
                tenant.appId(),
                modelId,
                versionId);
    }

    /** The version, deleted or not: its charge can be asked for either way. */
    public static Optional<StoredVersion> findEvenDeleted(
            Connection connection, Tenant tenant, String modelId, String versionId) throws SQLException {
        return Sql.first(
                connection,
                SELECT + "where user_id = ? and app_id = ? and model_id = ? and version_id = ?",
                Versions::read,
                tenant.userId(),
                tenant.appId(),
                modelId,
                versionId);
    }

    /** The revisions of these versions, deleted or not. */
    public static Map<ModelVersionId, Long> revisions(Connection connection, Collection<ModelVersionId> ids)
            throws SQLException {
        Map<ModelVersionId, Long> revisions = new HashMap<>();
        Sql.list(
                        connection,
                        "select version_id, revision from model_version where version_id = any(?)",
                        row -> Map.entry(new ModelVersionId(row.getString(1)), row.getLong(2)),
                        Sql.texts(
                                connection,
                                ids.stream().map(ModelVersionId::value).toList()))
                .forEach(entry -> revisions.put(entry.getKey(), entry.getValue()));
        return revisions;
    }

    /** Newest first. */
    public static List<StoredVersion> list(Connection connection, Tenant tenant, String modelId, Page page)
            throws SQLException {
        return list(connection, tenant, modelId, Wanted.ALL, page);
    }

    /**
     * Which versions of a model are looked for.
     *
     * @param conceptIds those that can tell all of these concepts
     */
    public record Wanted(boolean trainedOnly, List<String> conceptIds) {
        /** Every version. */
        public static final Wanted ALL = new Wanted(false, List.of());

        public Wanted {
            conceptIds = List.copyOf(conceptIds);
        }
    }

    /** Newest first. */
    public static List<StoredVersion> list(
            Connection connection, Tenant tenant, String modelId, Wanted wanted, Page page) throws SQLException {
        return Sql.list(
                connection,
                SELECT + """
                        where user_id = ? and app_id = ? and model_id = ? and deleted_at is null
                          and (not ? or state->>'kind' = 'trained') and concept_ids @> ? and position < ?
                        order by position desc offset ? limit ?
                        """,
                Versions::read,
                tenant.userId(),
                tenant.appId(),
                modelId,
                wanted.trainedOnly(),
                Sql.texts(connection, wanted.conceptIds()),
                page.below(),
                page.offset(),
                page.size());
    }

    /** Where a version stands in {@link #list}. */
    public static long position(Connection connection, ModelVersionId id) throws SQLException {
        return Sql.first(
                        connection,
                        "select position from model_version where version_id = ?",
                        row -> row.getLong(1),
                        id.value())
                .orElseThrow();
    }

    /** Holds a version until the end of the transaction. Deleted versions are not found. */
    public static Optional<StoredVersion> lock(Connection connection, Tenant tenant, String modelId, String versionId)
            throws SQLException {
        return Sql.first(connection, SELECT + """
                where user_id = ? and app_id = ? and model_id = ? and version_id = ? and deleted_at is null for update
                """, Versions::read, tenant.userId(), tenant.appId(), modelId, versionId);
    }

    /** Keeps what a tenant changed of what is said about a version. */
    public static StoredVersion describe(Connection connection, ModelVersionId id, byte[] document)
            throws SQLException {
        return Sql.first(
                        connection,
                        "update model_version set document = ?, modified_at = ?, revision = revision + 1 where version_id = ?"
                                + " returning "
                                + COLUMNS,
                        Versions::read,
                        document,
                        Sql.now(connection),
                        id.value())
                .orElseThrow();
    }

    public static Optional<StoredVersion> newest(Connection connection, Tenant tenant, String modelId)
            throws SQLException {
        return list(connection, tenant, modelId, new Page(0, 1)).stream().findFirst();
    }

    public static Optional<StoredVersion> newestTrained(Connection connection, Tenant tenant, String modelId)
            throws SQLException {
        return Sql.first(connection, SELECT + """
                        where user_id = ? and app_id = ? and model_id = ? and deleted_at is null
                          and state->>'kind' = 'trained'
                        order by position desc limit 1
                        """, Versions::read, tenant.userId(), tenant.appId(), modelId);
    }

    /**
     * Ends the training of a version that was not deleted, and keeps what there is; answers the version as it is now.
     */
    public static StoredVersion stop(Connection connection, StoredVersion known) throws SQLException {
        StoredVersion held = hold(connection, known);
        Instant now = Sql.now(connection);
        return switch (VersionMachine.stop(held.version(), now)) {
            case Stop.Accepted(var turn) -> {
                apply(connection, held, turn, now);
                yield find(
                                connection,
                                held.tenant(),
                                held.modelId().value(),
                                held.id().value())
                        .orElse(held);
            }
            case Stop.Refused(var reason) ->
                throw new Refusal(
                        StatusCode.MODEL_INVALID_REQUEST,
                        "Version '%s' cannot be stopped: %s".formatted(held.id(), reason));
        };
    }

    /** Deletes one version; answers its job. */
    public static Optional<JobId> delete(Connection connection, StoredVersion known) throws SQLException {
        StoredVersion held = hold(connection, known);
        Instant now = Sql.now(connection);
        Turn turn = VersionMachine.delete(held.version(), now);
        save(connection, held.id(), turn.version(), now);
        Sql.update(
                connection,
                "update model_version set deleted_at = coalesce(deleted_at, ?) where version_id = ?",
                now,
                held.id().value());
        tell(connection, turn.told(), now);
        return held.jobId();
    }

    private static StoredVersion hold(Connection connection, StoredVersion known) throws SQLException {
        return Sql.first(
                        connection,
                        SELECT + "where version_id = ? for update",
                        Versions::read,
                        known.id().value())
                .orElseThrow();
    }

    /** Deletes all versions of a model, whose row the caller has locked; answers their jobs. */
    public static List<JobId> deleteAll(Connection connection, Tenant tenant, ModelId modelId) throws SQLException {
        List<StoredVersion> versions =
                Sql.list(connection, SELECT + """
                        where user_id = ? and app_id = ? and model_id = ? and deleted_at is null
                        order by version_id for update
                        """, Versions::read, tenant.userId(), tenant.appId(), modelId.value());
        List<JobId> jobs = new ArrayList<>();
        for (StoredVersion version : versions) {
            delete(connection, version).ifPresent(jobs::add);
        }
        return jobs;
    }

    /** Holds the versions that these jobs train, in the one order in which everybody holds several. */
    public static void hold(Connection connection, Collection<String> jobIds) throws SQLException {
        Sql.list(
                connection,
                "select version_id from model_version where job_id = any(?) order by version_id for update",
                row -> row.getString(1),
                Sql.texts(connection, jobIds));
    }

    /** The version that a job trains, held until the end of the transaction; nothing if the job is not from here. */
    public static Optional<StoredVersion> lockByJob(Connection connection, JobId jobId) throws SQLException {
        return Sql.first(connection, SELECT + "where job_id = ? for update", Versions::read, jobId.value());
    }

    /** Keeps what a turn led to, and tells the scheduler what there is to tell. */
    public static void apply(Connection connection, StoredVersion held, Turn turn, Instant now) throws SQLException {
        if (!turn.version().equals(held.version())) {
            save(connection, held.id(), turn.version(), now);
        }
        tell(connection, turn.told(), now);
    }

    /** False if the report says nothing new of the attempt that the history names. */
    public static boolean report(Connection connection, StoredVersion held, ProgressReported report, Instant now)
            throws SQLException {
        Version next = VersionMachine.apply(held.version(), report);
        if (next.equals(held.version())) {
            return false;
        }
        save(connection, held.id(), next, now);
        Sql.update(
                connection,
                "update model_version set progress = ?::jsonb where version_id = ?",
                StateJson.write(report),
                held.id().value());
        return true;
    }

    private static void save(Connection connection, ModelVersionId id, Version version, Instant now)
            throws SQLException {
        Sql.update(
                connection,
                """
                update model_version set state = ?::jsonb, sequence = ?, modified_at = ?, completed_at = ?,
                                         revision = revision + 1
                where version_id = ?
                """,
                StateJson.write(version.state()),
                version.sequence(),
                now,
                completedAt(version.state()).orElse(null),
                id.value());
    }

    private static Optional<Instant> completedAt(VersionState state) {
        return switch (state) {
            case VersionState.Trained trained -> Optional.of(trained.completedAt());
            case VersionState.Failed failed -> Optional.of(failed.completedAt());
            case VersionState.Untrained _,
                    VersionState.Waiting _,
                    VersionState.Training _,
                    VersionState.Sealed _,
                    VersionState.Cancelled _,
                    VersionState.Gone _ -> Optional.empty();
        };
    }

    private static void tell(Connection connection, List<? extends RequestEvent> told, Instant now)
            throws SQLException {
        List<OutboxRow> rows = told.stream()
                .map(event -> RECORDS.toRow(Envelope.of(event, SOURCE, sequence(event), now)))
                .toList();
        OUTBOX.append(connection, rows);
    }

    /** A job is asked for first, perhaps to be stopped, and then either cancelled or sealed, never both. */
    private static long sequence(RequestEvent event) {
        return switch (event) {
            case TrainingRequested _ -> 1;
            case RequestEvent.TrainingStopRequested _, RequestEvent.TrainingBudgetReached _ -> 2;
            case RequestEvent.TrainingCancelled _, RequestEvent.JobSealed _ -> 3;
        };
    }

    private static StoredVersion read(ResultSet row) throws SQLException {
        return new StoredVersion(
                new ModelVersionId(row.getString(1)),
                new Tenant(row.getString(2), row.getString(3)),
                new ModelId(row.getString(4)),
                Optional.ofNullable(row.getString(5)).map(JobId::new),
                new Version(StateJson.read(row.getString(6), VersionState.class), row.getLong(7)),
                Optional.ofNullable(row.getString(8)).map(json -> StateJson.read(json, ProgressReported.class)),
                row.getBytes(9),
                row.getLong(10),
                Sql.instant(row, 11),
                Sql.instant(row, 12),
                Sql.maybeInstant(row, 13),
                row.getLong(14),
                Optional.ofNullable(row.getString(15)).map(json -> StateJson.read(json, StoredObject.class)));
    }
}
