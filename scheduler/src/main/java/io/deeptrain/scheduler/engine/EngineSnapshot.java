package io.deeptrain.scheduler.engine;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.TenantUse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An engine at one moment, for other threads to look at and to ask what would be if. Taking one costs a step for each
 * open job.
 *
 * @param jobs all that have not ended, in no particular order
 * @param places the workers, by name
 * @param claims room that is kept for jobs until others have made it
 * @param uses what tenants have lately used
 * @param fleetMilli thousandths of GPUs that accepting workers have; absent as long as no worker was ever heard
 * @param controls what operators have ordered, and which workers have failed
 * @param recent those that came last, ended ones too, in the order in which they came
 */
public record EngineSnapshot(
        Instant now,
        EngineSettings settings,
        List<JobRecord> jobs,
        List<Place> places,
        List<KeptRoom> claims,
        Map<Tenant, TenantUse> uses,
        OptionalLong fleetMilli,
        Controls controls,
        List<JobRecord> recent) {
    /** So many of those that came last are {@code recent}. */
    public static final int RECENT_MAX = 256;

    /**
     * Room for one job.
     *
     * @param leaving those that were asked to make it and have not left yet
     */
    public record KeptRoom(JobId jobId, WorkerId workerId, int gpus, List<Holding> leaving, Instant since) {
        public KeptRoom {
            leaving = List.copyOf(leaving);
        }
    }

    public EngineSnapshot {
        jobs = List.copyOf(jobs);
        places = List.copyOf(places);
        claims = List.copyOf(claims);
        uses = Map.copyOf(uses);
        recent = List.copyOf(recent);
    }

    /** The same with one job more. */
    public EngineSnapshot with(JobRecord job) {
        List<JobRecord> more = new ArrayList<>(jobs);
        more.add(job);
        return new EngineSnapshot(now, settings, more, places, claims, uses, fleetMilli, controls, recent);
    }

    /** The same with other workers, and what follows from that. */
    public EngineSnapshot with(
            List<Place> newPlaces, List<JobRecord> newJobs, List<KeptRoom> newClaims, OptionalLong newFleetMilli) {
        return new EngineSnapshot(now, settings, newJobs, newPlaces, newClaims, uses, newFleetMilli, controls, recent);
    }

    /** The same with other limits. */
    public EngineSnapshot with(QueueSettings queues) {
        return new EngineSnapshot(
                now, settings.withQueues(queues), jobs, places, claims, uses, fleetMilli, controls, recent);
    }
}
