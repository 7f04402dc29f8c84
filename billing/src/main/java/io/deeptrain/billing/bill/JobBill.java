package io.deeptrain.billing.bill;

import io.deeptrain.billing.meter.JobUsage;
import java.time.Instant;

/**
 * A job's usage and what has been said about its charge.
 *
 * @param revision of the newest statement, 0 if there was none
 * @param nextUpdateAt a reading is told no earlier
 */
public record JobBill(JobUsage usage, long revision, Instant nextUpdateAt) {}
