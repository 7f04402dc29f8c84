package io.deeptrain.simulation;

import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.job.RetryPolicy;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;

/** What the engine goes by, with the bugs that are planted there: limits that nobody keeps. */
final class FlawedSettings {
    private FlawedSettings() {}

    static EngineSettings of(World world) {
        EngineSettings sound = World.ENGINE_SETTINGS;
        return new EngineSettings(
                sound.leaseTerm(),
                sound.resendAfter(),
                retry(world, sound.retry()),
                sound.stall(),
                sound.endedKeptMax(),
                queues(world, sound.queues()),
                preemption(world, sound.preemption()),
                sound.quarantine(),
                sound.impossibleAfter(),
                sound.runTimeMax(),
                sound.sharedWorkers());
    }

    private static RetryPolicy retry(World world, RetryPolicy sound) {
        if (world.has(PlantedBug.BACK_OFF_IGNORED)) {
            return new RetryPolicy(sound.lossesMax(), Duration.ZERO, Duration.ZERO);
        }
        return world.has(PlantedBug.RETRIES_WITHOUT_END)
                ? new RetryPolicy(Integer.MAX_VALUE, sound.backOffFirst(), sound.backOffMax())
                : sound;
    }

    private static QueueSettings queues(World world, QueueSettings sound) {
        if (world.has(PlantedBug.PRIORITY_IGNORED)) {
            return QueueSettings.STANDARD;
        }
        if (world.isImpatient() && !world.has(PlantedBug.OVERDUE_IGNORED)) {
            return sound.withPatience(World.IMPATIENT);
        }
        return world.has(PlantedBug.SHARES_IGNORED)
                ? sound.withUser(
                        Tenants.IN_NO_HURRY.userId(),
                        new QueueSettings.Member(
                                QueueSettings.Member.NO_GROUP, QueueLimits.STANDARD.withWeight(Integer.MAX_VALUE)))
                : sound;
    }

    private static Preemption preemption(World world, Preemption sound) {
        if (world.has(PlantedBug.NOBODY_MAKES_ROOM)) {
            return Preemption.NEVER;
        }
        if (world.has(PlantedBug.MAKES_ROOM_TOO_SOON)) {
            return new Preemption(sound.hysteresis(), Duration.ZERO, sound.perJobMax(), sound.restart());
        }
        return world.has(PlantedBug.MAKES_ROOM_TOO_OFTEN)
                ? new Preemption(sound.hysteresis(), sound.runMin(), Integer.MAX_VALUE, sound.restart())
                : sound;
    }
}
