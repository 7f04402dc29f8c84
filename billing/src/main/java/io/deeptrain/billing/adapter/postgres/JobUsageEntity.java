package io.deeptrain.billing.adapter.postgres;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A row of {@code job_usage}, to be read only: {@link BillRows} writes it, under lock. */
@Entity
@Table(name = "job_usage", schema = "billing")
@SuppressWarnings("NullAway.Init") // Hibernate sets every field.
class JobUsageEntity extends PanacheEntityBase {
    @Id
    @Column(name = "job_id")
    String jobId;

    @Column(name = "user_id")
    String userId;

    @Column(name = "app_id")
    String appId;

    @Column(name = "accepted_at")
    Instant acceptedAt;

    @Column(name = "revision")
    long revision;

    @Column(name = "final")
    boolean isFinal;

    @Column(name = "billed_seconds")
    long billedSeconds;

    @Column(name = "amount_cents")
    long amountCents;

    @Column(name = "currency")
    String currency;
}
