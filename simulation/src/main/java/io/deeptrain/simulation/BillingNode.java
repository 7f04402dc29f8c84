package io.deeptrain.simulation;

import io.deeptrain.billing.bill.JobBill;
import io.deeptrain.billing.bill.Outcome;
import io.deeptrain.billing.ledger.Ledger;
import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The billing service: production's rules of bills and ledger. Bills, ledger, offsets and outbox rows are committed
 * together, as its PostgreSQL adapter does.
 */
final class BillingNode {
    private static final int POLL_MIN_MILLIS = 20;
    private static final int POLL_MAX_MILLIS = 150;
    private static final int POLL_SLOW_MAX_MILLIS = 2_500;
    private static final int COMMIT_MAX_MILLIS = 12;
    private static final int RESTART_MAX_MILLIS = 3_000;
    private static final int BATCH_MAX = 100;

    /** What one batch leads to, before it is committed. */
    private static final class Batch {
        private final Map<JobId, JobBill> bills = new TreeMap<>();
        private final List<LedgerTransaction> postings = new ArrayList<>();
        private final List<Event> told = new ArrayList<>();
    }

    private final World world;
    private final Database database;
    private final TreeMap<JobId, JobBill> bills = new TreeMap<>();
    private final TreeMap<Tenant, List<Ledger.Link>> ledger = new TreeMap<>();
    private final TreeMap<JobId, ChargePosted> posted = new TreeMap<>();
    private final TreeMap<JobId, ChargeDivided> divided = new TreeMap<>();
    private Positions stored;

    private Positions read;
    private int start;
    private FlawedBilling billing;

    BillingNode(World world, Database database) {
        this.world = world;
        this.database = database;
        billing = new FlawedBilling(world);
        stored = new Positions(List.of(Topic.JOBS, Topic.ATTEMPTS), world.log().partitions());
        read = stored.copy();
    }

    void start() {
        int sameStart = start;
        long delay = world.chance().strikes(Mishap.CONSUMER_SLOW)
                ? world.chance().between(POLL_MAX_MILLIS, POLL_SLOW_MAX_MILLIS)
                : world.chance().between(POLL_MIN_MILLIS, POLL_MAX_MILLIS);
        world.agenda().after(delay, () -> {
            if (sameStart == start) {
                poll();
            }
        });
    }

    void kill() {
        world.trace().note("billing", "killed");
        start++;
        int sameStart = start;
        world.agenda().after(world.chance().between(100, RESTART_MAX_MILLIS), () -> {
            if (sameStart == start) {
                read = stored.copy();
                billing = new FlawedBilling(world);
                start();
            }
        });
    }

    Map<JobId, ChargePosted> posted() {
        return posted;
    }

    /** How the newest charge of each job lies in the months. */
    Map<JobId, ChargeDivided> divided() {
        return divided;
    }

    Map<Tenant, List<Ledger.Link>> ledger() {
        return ledger;
    }

    Map<JobId, JobBill> bills() {
        return bills;
    }

    boolean hasReadEverything() {
        return stored.atEndOf(world.log());
    }

    private void poll() {
        if (database.isAway()) {
            read = stored.copy();
            start();
            return;
        }
        Positions after = read.copy();
        Batch batch = new Batch();
        boolean any = false;
        for (Topic topic : after.topics()) {
            for (int partition = 0; partition < world.log().partitions(); partition++) {
                List<Event> records = world.log().read(topic, partition, after.of(topic, partition), BATCH_MAX);
                after.advance(topic, partition, records.size());
                any |= !records.isEmpty();
                records.forEach(event -> apply(event, batch));
            }
        }
        if (!any) {
            start();
            return;
        }
        if (world.has(PlantedBug.OFFSET_BEFORE_WORK)) {
            Database.Transaction early = database.begin();
            early.write(() -> stored = after.copy());
            database.commit(early);
        }
        int sameStart = start;
        world.agenda().after(world.chance().between(1, COMMIT_MAX_MILLIS), () -> {
            if (sameStart == start) {
                commit(after, batch);
            }
        });
    }

    private void commit(Positions after, Batch batch) {
        if (!database.isAway()) {
            Database.Transaction transaction = database.begin();
            transaction.write(() -> {
                bills.putAll(batch.bills);
                batch.postings.forEach(this::post);
                stored = after.copy();
            });
            for (Event told : batch.told) {
                transaction.tell(told);
                if (told instanceof ChargePosted charge) {
                    transaction.write(() -> posted.put(charge.jobId(), charge));
                }
                if (told instanceof ChargeDivided division) {
                    transaction.write(() -> divided.put(division.jobId(), division));
                }
            }
            Database.Outcome outcome = database.commit(transaction);
            read = outcome == Database.Outcome.DONE ? after : stored.copy();
        }
        start();
    }

    /** The table has a unique key, as in production. */
    private void post(LedgerTransaction posting) {
        List<Ledger.Link> chain = ledger.computeIfAbsent(posting.tenant(), _ -> new ArrayList<>());
        boolean isKnown =
                chain.stream().anyMatch(link -> link.transaction().key().equals(posting.key()));
        Violation.unless(!isKnown, "B5", () -> "ledger has %s twice".formatted(posting.key()));
        Ledger.Head head = chain.isEmpty() ? Ledger.EMPTY : chain.getLast().head();
        chain.add(Ledger.append(head, posting));
        world.trace().note("posted", posting.key().toString());
    }

    private void apply(Event event, Batch batch) {
        switch (event) {
            case JobEvent entry -> count(entry.jobId(), entry, batch);
            case AttemptEvent attempt -> count(attempt.jobId(), attempt, batch);
            case RequestEvent _, AssignmentEvent _, FleetEvent _, ChargeEvent _ ->
                throw new IllegalStateException("on a topic that billing reads: " + event);
        }
    }

    private void count(JobId jobId, Event event, Batch batch) {
        Optional<JobBill> bill = Optional.ofNullable(batch.bills.getOrDefault(jobId, bills.get(jobId)));
        switch (billing.apply(bill, event)) {
            case Outcome.Billed(var after, var charges, var postings) -> {
                batch.bills.put(jobId, after);
                batch.told.addAll(charges);
                batch.postings.addAll(postings);
            }
            case Outcome.Ignored() -> {}
            case Outcome.Refused(var reason) ->
                throw new Violation("S7", "billing refuses %s: %s".formatted(event, reason));
        }
    }
}
