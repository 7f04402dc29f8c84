package io.deeptrain.simulation;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Those who order anything at any time, of whoever leads or thinks so, and do not always hear what became of it. When
 * everything heals they take back all that is in force.
 */
final class Operators {
    private static final int GAP_MIN_MILLIS = 100;
    private static final int GAP_MAX_MILLIS = 2_000;
    private static final int LIMIT_MAX = 3;
    private static final JobId NOBODYS_JOB = new JobId("nobodys-job");

    private final World world;
    private final SplittableRandom random;
    private int given;

    /** Draws from a source of its own, so that runs without operators are what they were. */
    Operators(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    void start() {
        world.agenda().after(random.nextInt(GAP_MIN_MILLIS, GAP_MAX_MILLIS), this::act);
    }

    private void act() {
        if (world.agenda().nowMillis() < World.HEALED_AT_MILLIS) {
            give(drawn());
            start();
        } else {
            takeBack();
        }
    }

    /** Until they look and nothing is in force; what was given before may take effect after they have looked. */
    private void takeBack() {
        List<Order> orders = takingBack();
        orders.forEach(this::give);
        if (!orders.isEmpty() || world.agenda().nowMillis() <= World.CALM_AT_MILLIS) {
            start();
        }
    }

    private List<Order> takingBack() {
        List<Order> orders = new ArrayList<>();
        SchedulerStore store = world.schedulerStore();
        store.controls
                .conditions()
                .keySet()
                .forEach(workerId -> orders.add(new Order.SetCondition(workerId, Condition.IN_SERVICE)));
        store.controls.queues().keySet().forEach(queue -> orders.add(new Order.ResetLimits(queue)));
        for (JobRecord job : store.jobs.values()) {
            if (OrderChecks.isUnderWay(job)) {
                if (job.isHeld()) {
                    orders.add(new Order.Release(job.jobId()));
                }
                if (job.directives().priority().isPresent()) {
                    orders.add(new Order.Prioritise(job.jobId(), Optional.empty()));
                }
            }
        }
        return orders;
    }

    private void give(Order order) {
        List<SchedulerNode> leaders =
                world.schedulers().stream().filter(SchedulerNode::leads).toList();
        if (leaders.isEmpty()) {
            return;
        }
        given++;
        String name = "operator-" + given;
        OrderChecks checks = world.checker().orders();
        checks.given(name, order);
        leaders.get(random.nextInt(leaders.size())).order(new OrderDesk.Slip(name, order, answer -> {
            world.trace().note("operator hears", answer.toString());
            checks.answered(name, answer);
        }));
    }

    private Order drawn() {
        return switch (random.nextInt(12)) {
            case 0, 1 -> new Order.Hold(drawnJob());
            case 2 -> new Order.Release(drawnJob());
            case 3, 4 -> new Order.Move(drawnJob(), drawnWorker());
            case 5 -> new Order.Prioritise(drawnJob(), drawnPriority());
            case 6 -> new Order.SetLimits(drawnQueue(), new Member(Member.NO_GROUP, drawnLimits()));
            case 7 -> new Order.ResetLimits(drawnQueue());
            case 8 -> new Order.SetCondition(drawnWorker(), Condition.CORDONED);
            case 9 -> new Order.SetCondition(drawnWorker(), Condition.DRAINING);
            default -> new Order.SetCondition(drawnWorker(), Condition.IN_SERVICE);
        };
    }

    /** Mostly one that waits or runs. */
    private JobId drawnJob() {
        List<JobId> jobs = new ArrayList<>(world.schedulerStore().jobs.values().stream()
                .filter(job -> !(job.state() instanceof JobState.Ended))
                .map(JobRecord::jobId)
                .toList());
        jobs.add(NOBODYS_JOB);
        return jobs.get(random.nextInt(jobs.size()));
    }

    private WorkerId drawnWorker() {
        return world.workers().get(random.nextInt(world.workers().size())).id();
    }

    private Optional<Priority> drawnPriority() {
        Priority[] all = Priority.values();
        int drawn = random.nextInt(all.length + 1);
        return drawn == all.length ? Optional.empty() : Optional.of(all[drawn]);
    }

    private QueueName drawnQueue() {
        Tenant tenant = random.nextBoolean() ? Tenants.IN_A_HURRY : Tenants.IN_NO_HURRY;
        return random.nextBoolean() ? new QueueName.OfApp(tenant) : new QueueName.OfUser(tenant.userId());
    }

    private QueueLimits drawnLimits() {
        Quota quota = new Quota(random.nextInt(LIMIT_MAX), random.nextInt(LIMIT_MAX), random.nextInt(LIMIT_MAX));
        QueueLimits limits = QueueLimits.STANDARD
                .withWeight(random.nextInt(1, LIMIT_MAX + 1))
                .withQuota(Shape.ANY_CLASS, quota);
        return random.nextBoolean() ? limits : limits.withRunningMax(random.nextInt(1, LIMIT_MAX));
    }
}
