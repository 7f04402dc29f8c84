package io.deeptrain.billing.charge;

import io.deeptrain.billing.money.Money;
import io.deeptrain.event.ChargeEvent.FreeReason;
import java.time.YearMonth;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one month has of a job's charge.
 *
 * @param billedSeconds of the time that the tenant pays for
 * @param owed what the tenant is to pay
 * @param given the worth, at the job's price, of what was free, by reason
 */
public record PeriodCharge(YearMonth period, long billedSeconds, Money owed, Map<FreeReason, Money> given) {
    public PeriodCharge {
        EnumMap<FreeReason, Money> ordered = new EnumMap<>(FreeReason.class);
        ordered.putAll(given);
        given = Collections.unmodifiableMap(ordered);
    }
}
