package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.upload.UploadParts;
import io.deeptrain.api.upload.UploadParts.Part;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The tables {@code upload} and {@code upload_part}. */
public final class Uploads {
    private static final String COLUMNS =
            "upload_id, content_name, content_length, created_at, modified_at, expires_at, completed_at";

    private Uploads() {}

    /** An upload as it is kept, without its parts. */
    public record StoredUpload(
            String id,
            String contentName,
            long contentLength,
            Instant createdAt,
            Instant modifiedAt,
            Instant expiresAt,
            Optional<Instant> completedAt) {}

    /** A part and where its bytes lie. */
    public record StoredPart(Part part, String objectKey) {}

    /** An upload that is no more. */
    public record Forgotten(Tenant tenant, String uploadId) {}

    /** False if there is one with this id. */
    public static boolean insert(Connection connection, Tenant tenant, StoredUpload upload) throws SQLException {
        return Sql.update(
                        connection,
                        """
                        insert into upload (user_id, app_id, upload_id, content_name, content_length, created_at,
                                            modified_at, expires_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
                        """,
                        tenant.userId(),
                        tenant.appId(),
                        upload.id(),
                        upload.contentName(),
                        upload.contentLength(),
                        upload.createdAt(),
                        upload.modifiedAt(),
                        upload.expiresAt())
                == 1;
    }

    public static Optional<StoredUpload> find(Connection connection, Tenant tenant, String id) throws SQLException {
        return one(connection, tenant, id, "");
    }

    /** Keeps others from adding parts until the transaction ends. */
    public static Optional<StoredUpload> hold(Connection connection, Tenant tenant, String id) throws SQLException {
        return one(connection, tenant, id, "for update");
    }

    private static Optional<StoredUpload> one(Connection connection, Tenant tenant, String id, String held)
            throws SQLException {
        return Sql.first(
                connection,
                "select %s from upload where user_id = ? and app_id = ? and upload_id = ? %s".formatted(COLUMNS, held),
                Uploads::read,
                tenant.userId(),
                tenant.appId(),
                id);
    }

    /** In the order of their places. */
    public static List<StoredPart> parts(Connection connection, Tenant tenant, String id) throws SQLException {
        return Sql.list(
                connection,
                """
                select range_start, size_bytes, object_key from upload_part
                where user_id = ? and app_id = ? and upload_id = ? order by range_start
                """,
                row -> new StoredPart(new Part(row.getLong(1), row.getLong(2)), row.getString(3)),
                tenant.userId(),
                tenant.appId(),
                id);
    }

    public static UploadParts come(Connection connection, Tenant tenant, StoredUpload upload) throws SQLException {
        return new UploadParts(
                upload.contentLength(),
                parts(connection, tenant, upload.id()).stream()
                        .map(StoredPart::part)
                        .toList());
    }

    /** Adds parts that fit. */
    public static void add(
            Connection connection, Tenant tenant, String id, List<StoredPart> parts, boolean complete, Instant now)
            throws SQLException {
        Sql.update(
                connection,
                """
                insert into upload_part (user_id, app_id, upload_id, range_start, size_bytes, object_key)
                select ?, ?, ?, new.* from unnest(?::bigint[], ?::bigint[], ?::text[]) new
                """,
                tenant.userId(),
                tenant.appId(),
                id,
                Sql.texts(connection, parts, part -> Long.toString(part.part().start())),
                Sql.texts(connection, parts, part -> Long.toString(part.part().sizeBytes())),
                Sql.texts(connection, parts, StoredPart::objectKey));
        Sql.update(connection, """
                update upload set modified_at = ?, completed_at = case when ? then ? else completed_at end
                where user_id = ? and app_id = ? and upload_id = ?
                """, now, complete, now, tenant.userId(), tenant.appId(), id);
    }

    /** Forgets what has expired and is not being taken apart. */
    public static List<Forgotten> forgetExpired(Connection connection, Instant now) throws SQLException {
        return Sql.list(
                connection,
                """
                delete from upload u
                where expires_at < ? and not exists (
                    select 1 from extraction e
                    where (e.user_id, e.app_id, e.upload_id) = (u.user_id, u.app_id, u.upload_id)
                      and e.state = 'running')
                returning user_id, app_id, upload_id
                """,
                row -> new Forgotten(new Tenant(row.getString(1), row.getString(2)), row.getString(3)),
                now);
    }

    private static StoredUpload read(ResultSet row) throws SQLException {
        return new StoredUpload(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                Sql.instant(row, 4),
                Sql.instant(row, 5),
                Sql.instant(row, 6),
                Sql.maybeInstant(row, 7));
    }
}
