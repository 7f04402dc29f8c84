package io.deeptrain.scheduler.explain;

import java.time.Instant;
import java.util.Optional;

/**
 * What would become of a job that was asked for now.
 *
 * @param start when it would start, with bounds; absent if it never does as things are
 * @param waiting why it would wait; absent if it starts at once
 * @param effect on those that wait already
 */
public record Prospect(Instant asOf, Optional<StartTime> start, Optional<Explanation> waiting, Effect effect) {}
