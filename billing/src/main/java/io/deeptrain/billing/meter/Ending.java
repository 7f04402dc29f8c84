package io.deeptrain.billing.meter;

import io.deeptrain.event.Fault;
import java.time.Instant;

/**
 * Whether and how the job ended.
 *
 * <pre>
 * Open       -> Cancelling | Cancelled | Succeeded | Failed
 * Cancelling -> Cancelled
 * </pre>
 */
public sealed interface Ending {
    /** It may still use time. */
    record Open() implements Ending {}

    /** The tenant cancelled; the attempt is being stopped. */
    record Cancelling(Instant cancelledAt) implements Ending {}

    /** The tenant cancelled, and everything is over. */
    record Cancelled(Instant endedAt, Instant cancelledAt) implements Ending {}

    record Succeeded(Instant endedAt) implements Ending {}

    record Failed(Instant endedAt, Fault fault) implements Ending {}

    /** Whether nothing about the job can change any more. */
    default boolean isFinal() {
        return switch (this) {
            case Open _, Cancelling _ -> false;
            case Cancelled _, Succeeded _, Failed _ -> true;
        };
    }
}
