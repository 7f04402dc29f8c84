package io.deeptrain.simulation;

import io.deeptrain.billing.bill.Billing;
import io.deeptrain.billing.bill.JobBill;
import io.deeptrain.billing.bill.Outcome;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.MonthPart;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.StoredObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The production rules of a bill, and around them the bugs that are planted there. With none it adds nothing. */
final class FlawedBilling {
    private static final Duration STOPPED_LATER = Duration.ofMinutes(1);
    private static final long SECONDS_PER_HOUR = 3600;

    private final World world;
    private final MeterSum meters = new MeterSum();
    private final Map<JobId, JobBill> beforeEnd = new HashMap<>();
    private final Map<JobId, JobRequeued> lost = new HashMap<>();

    FlawedBilling(World world) {
        this.world = world;
    }

    Outcome apply(Optional<JobBill> bill, Event event) {
        Event seen = seen(event);
        Outcome outcome =
                bill.map(known -> Billing.apply(known, seen, world.now())).orElseGet(() -> Billing.open(seen));
        if (world.has(PlantedBug.NO_BILLING_DEDUPE) && seen instanceof JobEvent.Terminal end) {
            outcome = chargeAgain(bill, end, outcome);
        }
        return outcome instanceof Outcome.Billed(var after, var charges, var postings)
                ? new Outcome.Billed(
                        after,
                        charges.stream().map(charge -> told(charge, after)).toList(),
                        postings)
                : outcome;
    }

    private Event seen(Event event) {
        return switch (event) {
            case AttemptEvent attempt when world.has(PlantedBug.DELTA_METER) -> meters.summed(attempt);
            case JobQueued queued when world.has(PlantedBug.CAP_IGNORED) -> uncapped(queued);
            case JobCancelling(var jobId, var sequence, var at, var attempt, var _)
            when world.has(PlantedBug.CANCEL_BILLED_TO_THE_END) ->
                new JobCancelling(jobId, sequence, at, attempt, at.plus(STOPPED_LATER));
            case JobCancelled(var jobId, var sequence, var at, var attempt, var _, var reading)
            when world.has(PlantedBug.CANCEL_BILLED_TO_THE_END) ->
                new JobCancelled(jobId, sequence, at, attempt, at, reading);
            case JobStarted(var jobId, var sequence, var at, var attempt, var origin, var _)
            when world.has(PlantedBug.ALL_GPUS_BILLED) ->
                new JobStarted(jobId, sequence, at, attempt, origin, Optional.empty());
            case JobEvent entry when world.has(PlantedBug.LOST_ATTEMPTS_BILLED) -> resumedFromLost(entry);
            case AttemptEvent _, JobEvent _, AssignmentEvent _, ChargeEvent _, FleetEvent _, RequestEvent _ -> event;
        };
    }

    private static JobQueued uncapped(JobQueued queued) {
        return new JobQueued(
                queued.jobId(),
                queued.sequence(),
                queued.occurredAt(),
                queued.tenant(),
                queued.modelId(),
                queued.modelVersionId(),
                queued.modelTypeId(),
                queued.template(),
                queued.gpus(),
                queued.rate(),
                new CostCap.Unlimited(),
                queued.estimate(),
                queued.gpuMilli());
    }

    private Outcome chargeAgain(Optional<JobBill> bill, JobEvent.Terminal end, Outcome outcome) {
        if (outcome instanceof Outcome.Ignored && beforeEnd.containsKey(end.jobId())) {
            return Billing.apply(beforeEnd.get(end.jobId()), end, world.now());
        }
        bill.ifPresent(known -> beforeEnd.putIfAbsent(end.jobId(), known));
        return outcome;
    }

    /** Every attempt seems to go on where the lost one was. */
    private JobEvent resumedFromLost(JobEvent entry) {
        if (entry instanceof JobRequeued requeued) {
            lost.put(entry.jobId(), requeued);
        }
        JobRequeued earlier = lost.get(entry.jobId());
        if (entry instanceof JobStarted started && earlier != null) {
            FencingToken attempt = earlier.attempt();
            String key = "jobs/%s/attempts/%s/lost".formatted(entry.jobId(), attempt);
            StoredObject object = new StoredObject(key, ObjectShelf.sha256Of(key), 0);
            return new JobStarted(
                    started.jobId(),
                    started.sequence(),
                    started.occurredAt(),
                    started.attempt(),
                    new Origin.Resumed(new Checkpoint(attempt, 1, 0, 0, earlier.readingMillis(), object)),
                    started.gpus());
        }
        return entry;
    }

    private ChargeEvent told(ChargeEvent charge, JobBill bill) {
        if (charge instanceof ChargeDivided(var jobId, var tenant, var revision, var parts, var at)
                && !parts.isEmpty()) {
            if (world.has(PlantedBug.MONTHS_NOT_DIVIDED)) {
                return new ChargeDivided(jobId, tenant, revision, List.of(inOne(parts)), at);
            }
            if (world.has(PlantedBug.PARTS_ROUNDED_EACH)) {
                long centsPerHour = bill.usage().terms().rate().centsPerGpuHour();
                return new ChargeDivided(
                        jobId,
                        tenant,
                        revision,
                        parts.stream().map(part -> rounded(part, centsPerHour)).toList(),
                        at);
            }
        }
        return charge;
    }

    private static MonthPart inOne(List<MonthPart> parts) {
        return new MonthPart(
                parts.getLast().month(),
                parts.stream().mapToLong(MonthPart::billedSeconds).sum(),
                parts.stream().mapToLong(MonthPart::amountCents).sum());
    }

    private static MonthPart rounded(MonthPart part, long centsPerHour) {
        return new MonthPart(
                part.month(), part.billedSeconds(), part.billedSeconds() * centsPerHour / SECONDS_PER_HOUR);
    }
}
