package io.deeptrain.billing.ledger;

import io.deeptrain.event.JobId;
import java.time.YearMonth;

/**
 * R13. Names a transaction by what it is for, so that the same charge told twice is one transaction: the ledger refuses
 * a key that it holds.
 *
 * @param revision 1 for the charge; each correction takes the next two, for the reversal and for what is right
 */
public record LedgerKey(JobId jobId, YearMonth period, int revision) {
    /** Of the first charge of a job in a period. */
    public static final int FIRST_REVISION = 1;

    public LedgerKey {
        if (revision < FIRST_REVISION) {
            throw new IllegalArgumentException("ledger revision counts from 1: " + revision);
        }
    }

    public LedgerKey next() {
        return new LedgerKey(jobId, period, Math.addExact(revision, 1));
    }

    @Override
    public String toString() {
        return jobId + "/" + period + "/" + revision;
    }
}
