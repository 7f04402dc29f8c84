package io.deeptrain.scheduler.job;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.queue.Priority;
import java.time.Instant;
import java.util.Optional;

/**
 * What an operator wants of one job, until it is done or taken back.
 *
 * @param held it does not run
 * @param priority instead of that of its queue
 * @param move where it runs next
 */
public record Directives(boolean held, Optional<Priority> priority, Optional<Move> move) {
    public static final Directives NONE = new Directives(false, Optional.empty(), Optional.empty());

    /** Where to, and until when that is tried. */
    public record Move(WorkerId to, Instant until) {}

    public Directives withHeld(boolean isHeld) {
        return new Directives(isHeld, priority, move);
    }

    public Directives withPriority(Optional<Priority> newPriority) {
        return new Directives(held, newPriority, move);
    }

    public Directives withMove(Move newMove) {
        return new Directives(held, priority, Optional.of(newMove));
    }

    public Directives withoutMove() {
        return new Directives(held, priority, Optional.empty());
    }
}
