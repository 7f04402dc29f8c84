package io.deeptrain.event;

import java.time.Instant;
import java.time.YearMonth;
import java.util.List;

/** What a job costs, and the readings that it comes from. */
public sealed interface ChargeEvent extends Event {
    JobId jobId();

    Tenant tenant();

    /** Grows with each statement about the job; a reader keeps the one with the largest. */
    long revision();

    Instant occurredAt();

    @Override
    default String partitionKey() {
        return jobId().value();
    }

    @Override
    default String factKey() {
        return jobId() + "/" + revision();
    }

    @Override
    default String subject() {
        return "jobs/" + jobId() + "/charge";
    }

    /** Says the whole of what the job costs. */
    sealed interface Stated extends ChargeEvent {
        Statement statement();
    }

    /**
     * The sum and how it was made: {@code amountCents = rate.centsPerGpuHour * gpus * billedSeconds / 3600}, rounded
     * down once. Of an attempt that held fewer than {@code gpus}, or a slice of one, the billed seconds are its share.
     */
    record Statement(Rate rate, int gpus, long billedSeconds, long amountCents, List<Line> lines) {
        public Statement {
            lines = List.copyOf(lines);
        }
    }

    /**
     * One attempt's part. {@code readingMillis = billableMillis + freeMillis}.
     *
     * @param freeReason why the rest is free; {@code NOTHING_FREE} if there is none
     */
    record Line(FencingToken attempt, long readingMillis, long billableMillis, long freeMillis, FreeReason freeReason) {
        public Line {
            if (readingMillis != billableMillis + freeMillis) {
                throw new IllegalArgumentException("%d ms read is not %d ms billable and %d ms free"
                        .formatted(readingMillis, billableMillis, freeMillis));
            }
        }
    }

    /** Why time that a GPU was held for is not charged. */
    enum FreeReason {
        NOTHING_FREE,
        /** The attempt was lost, and this time is after the checkpoint that the next one resumed from. */
        LOST_WORK,
        /** The job failed, and not by the tenant's fault. */
        PLATFORM_FAILURE,
        /** The attempt went on for a moment after the cancel. */
        AFTER_CANCEL,
        /** Above what the server's own clock says the attempt can have used. */
        OVER_READ,
        /** Above the tenant's cap. */
        OVER_CAP
    }

    /** The charge so far. It is not owed yet. */
    record ChargeUpdated(JobId jobId, Tenant tenant, long revision, Statement statement, Instant occurredAt)
            implements Stated {}

    /** The charge is in the ledger. From now on it can only go down. */
    record ChargePosted(JobId jobId, Tenant tenant, long revision, Statement statement, Instant occurredAt)
            implements Stated {}

    /**
     * What of a job's cost lies in one month of the calendar, by UTC. It is the difference of two sums from the job's
     * start, each rounded down once, and not a rounded sum of its own.
     */
    record MonthPart(YearMonth month, long billedSeconds, long amountCents) {}

    /**
     * How the charge of the same revision lies in the months, which is what invoices are made of. The parts add up to
     * the statement's seconds and cents. It follows its statement.
     *
     * @param parts in the order of the months; none while no meter has started
     */
    record ChargeDivided(JobId jobId, Tenant tenant, long revision, List<MonthPart> parts, Instant occurredAt)
            implements ChargeEvent {
        public ChargeDivided {
            parts = List.copyOf(parts);
        }

        @Override
        public String subject() {
            return "jobs/" + jobId + "/charge/months";
        }
    }
}
