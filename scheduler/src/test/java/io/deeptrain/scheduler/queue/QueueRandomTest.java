package io.deeptrain.scheduler.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random submissions, ends, losses and hours that pass, on a tree with groups, guarantees, limits and classes. More
 * with {@code -Dqueue.operations=10000000}, others with {@code -Dqueue.seed=N}.
 */
class QueueRandomTest {
    private static final int OPERATIONS = Integer.getInteger("queue.operations", 100_000);
    private static final long SEED = Long.getLong("queue.seed", 1);

    @Test
    void preemption_never_goes_in_circles_nobody_starves_and_no_gpu_is_promised_twice() {
        World world = new World(SEED);
        for (int operation = 0; operation < OPERATIONS; operation++) {
            world.step();
        }
        System.out.printf(
                "%,d operations: %,d starts (%,d of them large), %,d preemptions, %,d overdue starts, the longest %,d s after it was overdue%n",
                OPERATIONS,
                world.starts,
                world.largeStarts,
                world.preemptions,
                world.overdueStarts,
                world.longestOverdueMillis / 1000);
        assertThat(world.preemptions).isGreaterThan(OPERATIONS / 1000);
        assertThat(world.overdueStarts).isGreaterThan(OPERATIONS / 1000);
        assertThat(world.largeStarts).isGreaterThan(OPERATIONS / 1000);
    }

    private static final class World {
        private static final int GPUS = 64;
        private static final int LARGE = 48;
        private static final int BUSY_STEPS = 500;
        private static final int WAITING_MAX = 60;
        private static final Duration RUN_MAX = Duration.ofHours(2);
        private static final Patience PATIENCE = new Patience(
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                Duration.ofHours(2),
                Duration.ofHours(1),
                Duration.ofMinutes(30));
        private static final Preemption RULE = new Preemption(1.5, Duration.ofMinutes(2), 3, Duration.ofSeconds(30));
        private static final List<Tenant> TENANTS = List.of(
                new Tenant("ann", "a"),
                new Tenant("ann", "b"),
                new Tenant("bob", "a"),
                new Tenant("cem", "a"),
                new Tenant("dan", "a"),
                new Tenant("eve", "a"));
        private static final QueueSettings SETTINGS = QueueSettings.STANDARD
                .withPatience(PATIENCE)
                .withGroup("lab", new Member(Member.NO_GROUP, quota(8, 64, 64).withWeight(2)))
                .withUser("ann", new Member("lab", quota(16, 64, 64)))
                .withUser("bob", new Member("lab", quota(8, 64, 4)))
                .withUser("cem", new Member(Member.NO_GROUP, quota(8, 64, 8).withWeight(3)))
                .withTenant(TENANTS.get(3), QueueLimits.STANDARD.withRunningMax(9))
                .withTenant(TENANTS.get(4), QueueLimits.STANDARD.withPriority(Priority.HIGH))
                .withTenant(TENANTS.get(5), QueueLimits.STANDARD.withPriority(Priority.LOW));

        private final Random random;
        private final JobQueue queue = new JobQueue(SETTINGS);
        private final Map<JobId, Job> waiting = new LinkedHashMap<>();
        private final Map<JobId, Job> running = new LinkedHashMap<>();
        private long nowMillis;
        private int free = GPUS;
        private long steps;
        private long arrivals;
        private long starts;
        private long largeStarts;
        private long preemptions;
        private long overdueStarts;
        private long longestOverdueMillis;
        /** Since when the queue has been kept for the same overdue job. */
        private Optional<Hold> hold = Optional.empty();

        private record Hold(Ticket ticket, long sinceMillis) {}

        World(long seed) {
            random = new Random(seed);
            queue.resize(Shape.ANY_CLASS, GPUS);
        }

        private static QueueLimits quota(int guaranteed, int borrowMax, int lendMax) {
            return QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(guaranteed, borrowMax, lendMax));
        }

        void step() {
            steps++;
            boolean isBusy = steps / BUSY_STEPS % 2 == 0;
            switch (random.nextInt(8)) {
                case 0 -> submit();
                case 1, 2 -> {
                    if (isBusy) {
                        submit();
                    }
                }
                case 3 -> any(waiting).ifPresent(this::cancel);
                case 4 -> any(running).ifPresent(this::end);
                case 5 -> any(running).ifPresent(this::lose);
                default -> nowMillis += random.nextInt(600_000);
            }
            queue.advanceTo(Instant.ofEpochMilli(nowMillis));
            List.copyOf(running.values()).stream()
                    .filter(job -> nowMillis - job.startedMillis >= RUN_MAX.toMillis())
                    .forEach(this::end);
            schedule();
            check();
        }

        private void submit() {
            if (waiting.size() >= WAITING_MAX) {
                return;
            }
            int gpus = random.nextInt(20) == 0 ? LARGE : 1 << random.nextInt(5);
            Tenant tenant = TENANTS.get(random.nextInt(TENANTS.size()));
            enqueue(new Job(++arrivals, tenant, gpus, nowMillis, random.nextInt(7_200_000)));
        }

        private void enqueue(Job job) {
            job.ticket = new Ticket(
                    job.id,
                    job.tenant,
                    job.shape,
                    queue.dueMillis(job.tenant, Instant.ofEpochMilli(job.askedMillis), job.remaining(0)),
                    job.arrival);
            waiting.put(job.id, job);
            queue.add(job.ticket, Instant.ofEpochMilli(nowMillis));
        }

        private void cancel(Job job) {
            hold = hold.filter(held -> !held.ticket.equals(job.ticket));
            waiting.remove(job.id);
            queue.remove(job.ticket, Instant.ofEpochMilli(nowMillis));
        }

        private void end(Job job) {
            running.remove(job.id);
            free += job.shape.gpus();
            queue.ended(job.tenant, job.shape, Duration.ofMillis(nowMillis - job.startedMillis));
            job.attainedMillis += nowMillis - job.startedMillis;
        }

        private void lose(Job job) {
            end(job);
            enqueue(job);
        }

        private void schedule() {
            startWhatFits();
            List<Standing> before = standings();
            boolean again = true;
            while (again) {
                again = preemptOnce();
                List<Standing> after = standings();
                if (again) {
                    assertThat(isHigher(after, before))
                            .as("%s to %s", before, after)
                            .isTrue();
                }
                before = after;
            }
        }

        private void startWhatFits() {
            Optional<Ticket> next = queue.next(room());
            while (next.isPresent()) {
                start(in(waiting, next.get().jobId()));
                next = queue.next(room());
            }
        }

        private void start(Job job) {
            long overdueMillis =
                    nowMillis - job.ticket.dueMillis() - PATIENCE.overdueAfter().toMillis();
            if (overdueMillis >= 0) {
                overdueStarts++;
                longestOverdueMillis = Math.max(longestOverdueMillis, overdueMillis);
            }
            if (job.shape.gpus() == LARGE) {
                largeStarts++;
            }
            hold.ifPresent(held -> assertThat(job.ticket).isLessThanOrEqualTo(held.ticket));
            hold = Optional.empty();
            job.entitled = queue.isEntitled(job.tenant, job.shape);
            cancel(job);
            job.startedMillis = nowMillis;
            running.put(job.id, job);
            free -= job.shape.gpus();
            queue.began(job.tenant, job.shape);
            starts++;
        }

        private boolean preemptOnce() {
            List<Holder> holders = running.values().stream().map(this::holder).toList();
            for (Ticket ticket : queue.claimants(room())) {
                Job job = in(waiting, ticket.jobId());
                boolean entitled = queue.isEntitled(job.tenant, job.shape);
                Claimant claimant = new Claimant(job.id, job.tenant, job.shape, job.standing(entitled, 0));
                List<Holder> victims =
                        RULE.victims(claimant, holders, free == 0 ? 0 : queue.lendable(Shape.ofAnyClass(free)), queue);
                if (!victims.isEmpty()) {
                    victims.forEach(victim -> preempt(in(running, victim.jobId())));
                    start(job);
                    startWhatFits();
                    return true;
                }
            }
            return false;
        }

        private void preempt(Job job) {
            preemptions++;
            job.preemptions++;
            assertThat(job.preemptions).isLessThanOrEqualTo(RULE.perJobMax());
            lose(job);
        }

        private Holder holder(Job job) {
            return new Holder(
                    job.id,
                    job.tenant,
                    job.shape,
                    job.standing(job.entitled, nowMillis - job.startedMillis),
                    Duration.ofMillis(nowMillis - job.startedMillis),
                    Duration.ofSeconds(job.arrival % 60),
                    job.preemptions);
        }

        private List<Standing> standings() {
            return running.values().stream()
                    .map(job -> job.standing(job.entitled, nowMillis - job.startedMillis))
                    .sorted()
                    .toList();
        }

        /** Where the lists part, the later one has the higher standing, or goes on where the other has ended. */
        private static boolean isHigher(List<Standing> after, List<Standing> before) {
            for (int place = 0; place < Math.min(after.size(), before.size()); place++) {
                int order = after.get(place).compareTo(before.get(place));
                if (order != 0) {
                    return order < 0;
                }
            }
            return after.size() > before.size();
        }

        private void check() {
            assertThat(running.values().stream()
                                    .mapToInt(job -> job.shape.gpus())
                                    .sum()
                            + free)
                    .isEqualTo(GPUS);
            assertThat(free).isNotNegative();
            Optional<Ticket> first = queue.claimants(room()).stream()
                    .findFirst()
                    .filter(ticket -> nowMillis - ticket.dueMillis()
                            >= PATIENCE.overdueAfter().toMillis());
            if (first.isEmpty() || hold.isEmpty() || !hold.get().ticket().equals(first.get())) {
                hold = first.map(ticket -> new Hold(ticket, nowMillis));
            }
            // Nobody else starts, and whoever runs ends within RUN_MAX: it cannot be held for longer.
            hold.ifPresent(held -> assertThat(nowMillis - held.sinceMillis).isLessThan(RUN_MAX.toMillis()));
        }

        private Room room() {
            return new Room() {
                @Override
                public boolean has(Shape shape) {
                    return shape.gpus() <= free;
                }

                @Override
                public boolean canEverHave(Shape shape) {
                    return shape.gpus() <= GPUS;
                }
            };
        }

        private static Job in(Map<JobId, Job> some, JobId id) {
            return Optional.ofNullable(some.get(id)).orElseThrow();
        }

        private Optional<Job> any(Map<JobId, Job> some) {
            return some.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ArrayList<>(some.values()).get(random.nextInt(some.size())));
        }
    }

    private static final class Job {
        private final JobId id;
        private final long arrival;
        private final Tenant tenant;
        private final Shape shape;
        private final long askedMillis;
        private final Duration estimate;
        private Ticket ticket;
        private long attainedMillis;
        private long startedMillis;
        private boolean entitled;
        private int preemptions;

        Job(long arrival, Tenant tenant, int gpus, long askedMillis, long estimateMillis) {
            id = new JobId("job-" + arrival);
            this.arrival = arrival;
            this.tenant = tenant;
            shape = Shape.ofAnyClass(gpus);
            this.askedMillis = askedMillis;
            estimate = Duration.ofMillis(estimateMillis);
            ticket = new Ticket(id, tenant, shape, askedMillis, arrival);
        }

        RemainingWork remaining(long runningMillis) {
            return RemainingWork.of(estimate, Duration.ofMillis(attainedMillis + runningMillis), shape.gpus());
        }

        Standing standing(boolean isEntitled, long runningMillis) {
            Priority priority = World.SETTINGS.tenant(tenant).priority();
            return new Standing(
                    priority, isEntitled, askedMillis, World.PATIENCE.millis(remaining(runningMillis)), arrival);
        }
    }
}
