package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;

/** The standing of every worker and GPU that has failed lately. It outlives a restart of the worker. */
final class Quarantine {
    private final QuarantineRule rule;
    private final Map<Suspect, Standing> standings = new HashMap<>();
    private final PriorityQueue<Due> backOffs =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparing(Due::suspect));

    /**
     * A worker, or one GPU of it.
     *
     * @param gpu its number on the worker; absent if the worker as a whole is meant
     */
    record Suspect(WorkerId workerId, OptionalInt gpu) implements Comparable<Suspect> {
        @Override
        public int compareTo(Suspect other) {
            int byWorker = workerId.compareTo(other.workerId);
            return byWorker != 0 ? byWorker : Integer.compare(gpu.orElse(-1), other.gpu.orElse(-1));
        }
    }

    private record Due(long nanos, Suspect suspect) {}

    Quarantine(QuarantineRule rule) {
        this.rule = rule;
    }

    boolean isOut(Suspect suspect) {
        return standing(suspect).isOut();
    }

    /** It failed. Answers whether it is out of service now. */
    boolean fault(Suspect suspect, long nowNanos) {
        Standing before = standing(suspect);
        Standing after = rule.afterFault(before, nowNanos);
        standings.put(suspect, after);
        if (after instanceof Standing.Out out && !after.equals(before)) {
            backOffs.add(new Due(out.untilNanos(), suspect));
        }
        return after.isOut();
    }

    /** Those whose back-off is over, in the order of its end. */
    List<Suspect> endBackOffs(long nowNanos) {
        List<Suspect> back = new ArrayList<>();
        while (!backOffs.isEmpty() && backOffs.peek().nanos() <= nowNanos) {
            Suspect suspect = backOffs.remove().suspect();
            standings.put(suspect, rule.at(standing(suspect), nowNanos));
            back.add(suspect);
        }
        return back;
    }

    private Standing standing(Suspect suspect) {
        return standings.getOrDefault(suspect, QuarantineRule.GOOD);
    }
}
