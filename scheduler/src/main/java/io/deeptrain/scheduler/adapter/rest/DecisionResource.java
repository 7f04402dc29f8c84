package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.adapter.json.ExplanationJson;
import io.deeptrain.scheduler.adapter.postgres.DecisionTable;
import io.deeptrain.scheduler.job.JobDecision;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** What was decided about a job and why, from its first day on. Every scheduler can say it, whoever leads. */
@Path("/queue/jobs/{id}/decisions")
@Produces(MediaType.APPLICATION_JSON)
public class DecisionResource {
    private final ExplanationJson json = new ExplanationJson();
    private final DecisionTable table = new DecisionTable();
    private final DataSource dataSource;

    DecisionResource(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @GET
    public String of(@PathParam("id") String id) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            List<JobDecision> decisions = table.of(connection, new JobId(id));
            if (decisions.isEmpty()) {
                throw new NotFoundException("nothing was decided about a job %s".formatted(id));
            }
            return json.decisions(id, decisions);
        }
    }
}
