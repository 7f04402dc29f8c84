package io.deeptrain.scheduler.explain;

import java.time.Instant;
import java.util.Optional;

/**
 * What would be: of a job that was asked for now, and of the others.
 *
 * @param start when it would start, with bounds; absent if it never would, or if no job was proposed
 * @param waiting why it would wait; absent if it starts at once, or if none was proposed
 * @param effect on those that wait already
 */
public record Prospect(Instant asOf, Optional<StartTime> start, Optional<Explanation> waiting, Effect effect) {}
