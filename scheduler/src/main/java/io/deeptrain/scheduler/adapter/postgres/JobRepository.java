package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.scheduler.adapter.json.JobRecordJson;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.queue.TenantUse;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;

/** Looks a job up as it was last committed, whoever is the leader. */
@ApplicationScoped
public class JobRepository implements PanacheRepositoryBase<JobEntity, String> {
    private final JobRecordJson json = new JobRecordJson();

    @Transactional
    public Optional<JobRecord> find(JobId jobId) {
        return findByIdOptional(jobId.value()).map(this::recordOf);
    }

    private JobRecord recordOf(JobEntity job) {
        TrainingRequested request = json.request(job.request);
        return new JobRecord(
                request,
                job.arrival,
                json.state(job.state, request.spec().gpus()),
                job.sequence,
                new TenantUse(job.tenantGpuMillis, job.tenantUseHour),
                json.directives(job.directives));
    }
}
