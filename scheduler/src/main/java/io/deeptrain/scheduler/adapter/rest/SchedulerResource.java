package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.adapter.json.JobRecordJson;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView;
import io.deeptrain.scheduler.adapter.postgres.JobRepository;
import io.deeptrain.scheduler.adapter.quarkus.SchedulerProcess;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What the scheduler knows, for operators inside the cluster. It is not part of the public contract. */
@Path("/scheduler")
@Produces(MediaType.APPLICATION_JSON)
public class SchedulerResource {
    private final JobRecordJson json = new JobRecordJson();
    private final SchedulerProcess process;
    private final JobRepository jobs;

    SchedulerResource(SchedulerProcess process, JobRepository jobs) {
        this.process = process;
        this.jobs = jobs;
    }

    /** One job as it was last committed. */
    @GET
    @Path("/jobs/{id}")
    public String job(@PathParam("id") String id) {
        return jobs.find(new JobId(id))
                .map(json::written)
                .orElseThrow(() -> new NotFoundException("there is no job " + id));
    }

    /** The workers, as the leader sees them; a standby knows none. */
    @GET
    @Path("/fleet")
    public String fleet() {
        SchedulerView view = process.view();
        return json.written(view);
    }
}
