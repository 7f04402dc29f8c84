package io.deeptrain.simulation;

import io.deeptrain.event.CostCap;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Those who press Train, ask again when no answer comes, and sometimes end the training early or delete what they asked
 * for, some of them one soon after the other; and their budgets, which are used up at times.
 */
final class Tenants {
    static final Tenant IN_NO_HURRY = new Tenant("user-1", "app");

    /** Whose jobs the other's make room for. */
    static final Tenant IN_A_HURRY = new Tenant("user-2", "app");

    private static final int JOBS_MAX = 6;
    private static final int RUSH_JOBS = 9;
    private static final long RUSH_MILLIS = 1_500;
    private static final int RETRY_MIN_MILLIS = 300;
    private static final int RETRY_MAX_MILLIS = 1_500;
    private static final int SUBMISSION_LATEST_MILLIS = 12_000;

    /** Some come when nothing goes wrong any more: then nobody has an excuse to keep them waiting. */
    private static final long LATE_SUBMISSIONS_MILLIS = 6_000L;

    private static final int BUDGET_LATEST_MILLIS = 10_000;
    private static final int STOP_LATEST_MILLIS = 8_000;
    private static final int SECOND_THOUGHTS_MAX_MILLIS = 1_500;
    private static final int CANCEL_LATEST_MILLIS = 14_000;
    private static final List<Long> CENTS_PER_HOUR = List.of(400L, 36_000L, 360_000L);
    private static final long CAP_MAX_CENTS = 900;

    private static final StoredObject MANIFEST =
            new StoredObject("sha256/ab/manifest", ObjectShelf.sha256Of("manifest"), 1);

    /**
     * What a training is to have.
     *
     * @param least it runs on any number of GPUs from this to {@code most}
     * @param kind which GPUs, as its parameters say it
     * @param estimate how long it is expected to take
     */
    record Wish(int least, int most, Map<String, Object> kind, Duration estimate) {
        Map<String, Object> parameters() {
            Map<String, Object> parameters = new TreeMap<>(kind);
            if (least < most) {
                parameters.put("min_num_gpus", (long) least);
            }
            return parameters;
        }
    }

    private final World world;
    private final Set<String> stopping = new HashSet<>();

    Tenants(World world) {
        this.world = world;
    }

    void start() {
        Chance chance = world.chance();
        boolean isRush = chance.oneIn(6);
        int jobs = isRush ? RUSH_JOBS : chance.between(1, JOBS_MAX);
        for (int number = 1; number <= jobs; number++) {
            String key = "key-" + number;
            Tenant tenant = chance.oneOf(List.of(IN_NO_HURRY, IN_A_HURRY));
            boolean isLate = isRush || chance.oneIn(6);
            long submitAt = isLate
                    ? World.CALM_AT_MILLIS + chance.between(0L, isRush ? RUSH_MILLIS : LATE_SUBMISSIONS_MILLIS)
                    : chance.between(0L, SUBMISSION_LATEST_MILLIS);
            boolean cancels = chance.oneIn(3);
            long cancelAt = submitAt + chance.between(0L, CANCEL_LATEST_MILLIS);
            boolean stops = chance.oneIn(3);
            long stopAt = submitAt + chance.between(0L, STOP_LATEST_MILLIS);
            boolean usesUpItsBudget = chance.oneIn(6);
            long budgetAt = submitAt + chance.between(0L, BUDGET_LATEST_MILLIS);
            boolean hasSecondThoughts = chance.oneIn(4);
            long cancelAfterStopAt = stopAt + chance.between(0L, SECOND_THOUGHTS_MAX_MILLIS);
            Rate rate = new Rate(chance.oneOf(CENTS_PER_HOUR), "USD");
            CostCap cap =
                    chance.oneIn(4) ? new CostCap.AtMost(chance.between(0L, CAP_MAX_CENTS)) : new CostCap.Unlimited();
            world.truth().submits(key);
            Wish wish = world.drawnWish();
            world.agenda().after(submitAt, () -> submit(key, tenant, wish, rate, cap));
            if (cancels) {
                world.agenda().after(cancelAt, () -> delete(key));
            }
            if (stops) {
                world.agenda().after(stopAt, () -> stop(key, world.frontDoor()::stop));
            }
            if (usesUpItsBudget) {
                world.agenda().after(budgetAt, () -> stop(key, world.frontDoor()::stopAtBudget));
            }
            if (stops && hasSecondThoughts) {
                world.agenda().after(cancelAfterStopAt, () -> delete(key));
            }
        }
    }

    private void submit(String key, Tenant tenant, Wish wish, Rate rate, CostCap cap) {
        if (world.truth().acknowledged().containsKey(key)) {
            return;
        }
        world.frontDoor()
                .submit(
                        key,
                        jobId -> request(jobId, tenant, wish, rate, cap),
                        jobId -> world.truth().acknowledges(key, jobId));
        world.agenda().after(retryMillis(), () -> submit(key, tenant, wish, rate, cap));
    }

    /** Asks until it is told that the training is being stopped, or cannot be for long. */
    private void stop(String key, BiConsumer<JobId, Consumer<Boolean>> ask) {
        JobId jobId = world.truth().acknowledged().get(key);
        if (stopping.contains(key) || world.agenda().nowMillis() > World.HEALED_AT_MILLIS) {
            return;
        }
        if (jobId != null) {
            ask.accept(jobId, accepted -> {
                if (accepted) {
                    stopping.add(key);
                }
            });
        }
        world.agenda().after(retryMillis(), () -> stop(key, ask));
    }

    private void delete(String key) {
        JobId jobId = world.truth().acknowledged().get(key);
        if (jobId == null) {
            world.agenda().after(retryMillis(), () -> delete(key));
        } else if (!world.truth().deleted().contains(jobId)) {
            world.truth().asksDeletion(jobId);
            world.frontDoor().delete(jobId, () -> world.truth().acknowledgesDeletion(jobId));
            world.agenda().after(retryMillis(), () -> delete(key));
        }
    }

    private long retryMillis() {
        return world.chance().between(RETRY_MIN_MILLIS, RETRY_MAX_MILLIS);
    }

    private TrainingRequested request(JobId jobId, Tenant tenant, Wish wish, Rate rate, CostCap cap) {
        world.kinds().wants(jobId, wish.kind());
        return new TrainingRequested(
                jobId,
                tenant,
                new ModelId("model-" + jobId),
                new ModelVersionId("version-" + jobId),
                new TrainingSpec(
                        "visual-classifier",
                        "classification_cifar10_v1",
                        wish.parameters(),
                        List.of("cat"),
                        MANIFEST,
                        100,
                        5,
                        wish.most(),
                        1),
                rate,
                cap,
                wish.estimate(),
                world.now());
    }
}
