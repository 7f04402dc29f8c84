package io.deeptrain.scheduler.adapter.postgres;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A job as operators look at it, one by one. */
@Entity
@Immutable
@Table(name = "job", schema = "scheduler")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
class JobEntity {
    @Id
    @Column(name = "job_id")
    String jobId;

    long arrival;
    long sequence;

    String request;

    String state;

    @Nullable
    String directives;

    @Column(name = "tenant_gpu_millis")
    long tenantGpuMillis;

    @Column(name = "tenant_use_hour")
    long tenantUseHour;
}
