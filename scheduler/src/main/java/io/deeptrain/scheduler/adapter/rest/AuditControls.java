package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.scheduler.adapter.json.ControlViewJson;
import io.deeptrain.scheduler.adapter.postgres.AuditTable;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** What operators did, the newest first. Every scheduler can say it, whoever leads. */
@OperatorsOnly
@Path("/control/audit")
@Produces(MediaType.APPLICATION_JSON)
public class AuditControls {
    private static final int LIMIT_MAX = 500;

    private final ControlViewJson json = new ControlViewJson();
    private final AuditTable table = new AuditTable();
    private final DataSource dataSource;

    AuditControls(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @GET
    public Response page(
            @QueryParam("before") @DefaultValue("9223372036854775807") long before,
            @QueryParam("limit") @DefaultValue("100") int limit)
            throws SQLException {
        if (before < 1 || limit < 1 || limit > LIMIT_MAX) {
            return Problem.answer(
                    400,
                    "before must be 1 or more and limit between 1 and %d: %d, %d".formatted(LIMIT_MAX, before, limit));
        }
        try (Connection connection = dataSource.getConnection()) {
            return Response.ok(json.audit(table.page(connection, before, limit)))
                    .build();
        }
    }
}
