package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AssignmentEvent.Work;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Progress;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the worker is busy with.
 *
 * <pre>
 * Idle      -> Preparing | Lending
 * Preparing -> Running | Stopping | Idle (failed)
 * Running   -> Running | Stopping | Idle (succeeded, failed)
 * Stopping  -> Stopping (for a stronger reason) | Idle | Preparing, Lending (what was assigned meanwhile)
 * Lending   -> Lending (told to end) | Idle | Preparing, Lending (what was assigned meanwhile)
 * </pre>
 */
public sealed interface Activity {
    /** Whether this attempt, or a newer one at the same job, is in hand or comes next. */
    default boolean isKnown(AttemptId attempt) {
        List<AttemptId> inHand = switch (this) {
            case Idle() -> List.of();
            case Stopping stopping -> withNext(stopping.attempt(), stopping.next());
            case Busy busy -> List.of(busy.attempt());
            case Lending lending -> withNext(lending.attempt(), lending.next());
        };
        return inHand.stream()
                .anyMatch(known ->
                        known.jobId().equals(attempt.jobId()) && known.token().compareTo(attempt.token()) >= 0);
    }

    private static List<AttemptId> withNext(AttemptId attempt, List<Work> next) {
        return Stream.concat(Stream.of(attempt), next.stream().map(AttemptId::of))
                .toList();
    }

    /** Holds no GPU memory and waits. */
    record Idle() implements Activity {}

    /** Has or wants the trainer. */
    sealed interface Busy extends Activity {
        AttemptAssigned assignment();

        default AttemptId attempt() {
            return AttemptId.of(assignment());
        }

        /** Of the GPUs that it uses, those that this worker has; none before the trainer has chosen them. */
        List<Integer> places();

        /** The same attempt, once they are chosen. */
        Busy at(List<Integer> places);

        /** The same attempt, once it was told to stop. */
        Stopping stopping(StopCause cause, long nowMillis);
    }

    /**
     * The trainer fetches the data and the weights; no meter runs.
     *
     * @param goal {@code ALL_EPOCHS} until the attempt is asked to end sooner and keep its model
     * @param reading how far it has come
     */
    record Preparing(AttemptAssigned assignment, Completion goal, List<Integer> places, InputReading reading)
            implements Busy {
        public Preparing {
            places = List.copyOf(places);
        }

        @Override
        public Preparing at(List<Integer> chosen) {
            return new Preparing(assignment, goal, chosen, reading);
        }

        Preparing withGoal(Completion newGoal) {
            return new Preparing(assignment, newGoal, places, reading);
        }

        Preparing withReading(InputReading newReading) {
            return new Preparing(assignment, goal, places, newReading);
        }

        @Override
        public Stopping stopping(StopCause cause, long nowMillis) {
            return new Stopping(
                    assignment, cause, nowMillis, places, new Meter.NotStarted(), ProgressReporting.NONE, 0, List.of());
        }
    }

    /**
     * The trainer trains, evaluates or publishes.
     *
     * @param checkpoints how many were saved
     */
    record Running(
            AttemptAssigned assignment,
            Completion goal,
            List<Integer> places,
            Meter.Since meter,
            ProgressReporting reporting,
            int checkpoints)
            implements Busy {
        public Running {
            places = List.copyOf(places);
        }

        @Override
        public Running at(List<Integer> chosen) {
            return new Running(assignment, goal, chosen, meter, reporting, checkpoints);
        }

        @Override
        public Stopping stopping(StopCause cause, long nowMillis) {
            return new Stopping(assignment, cause, nowMillis, places, meter, reporting, checkpoints, List.of());
        }

        Running withGoal(Completion newGoal) {
            return new Running(assignment, newGoal, places, meter, reporting, checkpoints);
        }

        Running withReporting(ProgressReporting newReporting) {
            return new Running(assignment, goal, places, meter, newReporting, checkpoints);
        }

        Running withCheckpoints(int number) {
            return new Running(assignment, goal, places, meter, reporting, number);
        }
    }

    /**
     * The trainer was told to stop and has not yet let go.
     *
     * @param toldAtMillis when it was, last
     * @param next what to prepare afterwards: nothing, or the one assignment that came meanwhile
     */
    record Stopping(
            AttemptAssigned assignment,
            StopCause cause,
            long toldAtMillis,
            List<Integer> places,
            Meter meter,
            ProgressReporting reporting,
            int checkpoints,
            List<Work> next)
            implements Busy {
        public Stopping {
            places = List.copyOf(places);
            next = atMostOne(next);
        }

        @Override
        public Stopping at(List<Integer> chosen) {
            return new Stopping(assignment, cause, toldAtMillis, chosen, meter, reporting, checkpoints, next);
        }

        @Override
        public Stopping stopping(StopCause other, long nowMillis) {
            return new Stopping(assignment, other, nowMillis, places, meter, reporting, checkpoints, next);
        }

        Stopping withNext(List<Work> newNext) {
            return new Stopping(assignment, cause, toldAtMillis, places, meter, reporting, checkpoints, newNext);
        }

        Stopping withReporting(ProgressReporting newReporting) {
            return new Stopping(assignment, cause, toldAtMillis, places, meter, newReporting, checkpoints, next);
        }

        Stopping withCheckpoints(int number) {
            return new Stopping(assignment, cause, toldAtMillis, places, meter, reporting, number, next);
        }
    }

    /**
     * The devices run ranks of an attempt that another worker leads. The trainer has nothing to do, and this worker
     * nothing to say about the attempt.
     *
     * @param places of the GPUs that they use
     * @param ending whether the ranks were told to end
     * @param next what to begin afterwards: nothing, or the one assignment that came meanwhile
     */
    record Lending(RanksAssigned ranks, List<Integer> places, boolean ending, List<Work> next) implements Activity {
        public Lending {
            places = List.copyOf(places);
            next = atMostOne(next);
        }

        /** They were told to end. */
        Lending endingBefore(List<Work> newNext) {
            return new Lending(ranks, places, true, newNext);
        }

        Lending withNext(List<Work> newNext) {
            return new Lending(ranks, places, ending, newNext);
        }

        AttemptId attempt() {
            return AttemptId.of(ranks);
        }
    }

    private static List<Work> atMostOne(List<Work> next) {
        if (next.size() > 1) {
            throw new IllegalArgumentException("more than one assignment waits: " + next);
        }
        return List.copyOf(next);
    }

    /**
     * Thins progress out to about one report a second.
     *
     * @param reports how many were published
     * @param reportedAtMillis when the newest was
     * @param unreported nothing, or the one progress that is newer
     */
    record ProgressReporting(long reports, long reportedAtMillis, List<Progress> unreported) {
        static final ProgressReporting NONE = new ProgressReporting(0, 0, List.of());

        public ProgressReporting {
            unreported = List.copyOf(unreported);
        }

        boolean dueAt(long monotonicMillis, long intervalMillis) {
            return reports == 0 || monotonicMillis - reportedAtMillis >= intervalMillis;
        }

        ProgressReporting hold(Progress progress) {
            return new ProgressReporting(reports, reportedAtMillis, List.of(progress));
        }

        ProgressReporting reportedAt(long monotonicMillis) {
            return new ProgressReporting(reports + 1, monotonicMillis, List.of());
        }
    }

    /**
     * What a preparing attempt has read of its inputs, and what was said of that: something new once a second, and the
     * same once more if there was nothing new for long. So whoever knows how far it is also knows that somebody looks.
     *
     * @param inputs that were read
     * @param said how many of them the newest report tells
     * @param reports how many were published
     * @param saidAtMillis when the newest was
     */
    record InputReading(long inputs, long said, long reports, long saidAtMillis) {
        static final InputReading NONE = new InputReading(0, 0, 0, 0);

        private static final long INTERVAL_MILLIS = 1_000;
        private static final long REPEATED_AFTER_MILLIS = 10_000;

        boolean dueAt(long monotonicMillis) {
            long quietMillis = monotonicMillis - saidAtMillis;
            return reports == 0
                    || (inputs > said && quietMillis >= INTERVAL_MILLIS)
                    || quietMillis >= REPEATED_AFTER_MILLIS;
        }

        InputReading upTo(long newInputs) {
            return new InputReading(Math.max(inputs, newInputs), said, reports, saidAtMillis);
        }

        InputReading saidAt(long monotonicMillis) {
            return new InputReading(inputs, inputs, reports + 1, monotonicMillis);
        }
    }
}
