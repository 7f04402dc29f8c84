package io.deeptrain.simulation;

import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Where operators' orders wait for a leader, and operators for what became of them, as production's desk does it. */
final class OrderDesk {
    /** Then the operator no longer waits, and an order that was not begun is not carried out. */
    private static final long WAIT_MAX_MILLIS = 2_000;

    /** One order, under a name that no other has. */
    record Slip(String operator, Order order, Consumer<Answer> reply) {}

    private record Waiting(Slip slip, long sinceMillis) {}

    private record Served(Slip slip, Answer answer) {}

    private final World world;
    private final List<Waiting> waiting = new ArrayList<>();
    /** Folded, and not committed yet. */
    private final List<Served> served = new ArrayList<>();

    OrderDesk(World world) {
        this.world = world;
    }

    void place(Slip slip) {
        waiting.add(new Waiting(slip, world.agenda().nowMillis()));
    }

    /** The engine carries out what is ordered. Answers with what is to be written down of it. */
    List<AuditEntry> serve(FlawedEngine engine, List<Decisions> decisions) {
        List<AuditEntry> audit = new ArrayList<>();
        for (Waiting each : waiting) {
            if (world.agenda().nowMillis() - each.sinceMillis() <= WAIT_MAX_MILLIS) {
                serve(each.slip(), engine, decisions, audit);
            }
        }
        waiting.clear();
        return audit;
    }

    private void serve(Slip slip, FlawedEngine engine, List<Decisions> decisions, List<AuditEntry> audit) {
        Decisions decided = engine.apply(new Input.Ordered(slip.order(), world.now()));
        decisions.add(decided);
        Answer answer =
                decided.answer().orElseThrow(() -> new IllegalStateException("an order without an answer: " + slip));
        if (answer instanceof Done(var before, var after) && !before.equals(after)) {
            audit.add(new AuditEntry(
                    world.now(),
                    slip.operator(),
                    slip.order().action(),
                    slip.order().target(),
                    before,
                    after));
        }
        if (world.has(PlantedBug.ORDER_ANSWERED_EARLY)) {
            slip.reply().accept(answer);
        } else {
            served.add(new Served(slip, answer));
        }
    }

    /** What was served is committed. */
    void answer() {
        List<Served> committed = List.copyOf(served);
        served.clear();
        committed.forEach(each -> each.slip().reply().accept(each.answer()));
    }

    /** What was served is not committed, or nobody knows: nobody is answered. */
    void forget() {
        served.clear();
    }

    /** The process is dead, and with it all that was asked of it. */
    void die() {
        served.clear();
        waiting.clear();
    }
}
