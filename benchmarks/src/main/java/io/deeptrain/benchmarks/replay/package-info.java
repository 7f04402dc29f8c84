/** Replays public traces of training clusters through the scheduler's own order and preemption. */
@NullMarked
package io.deeptrain.benchmarks.replay;

import org.jspecify.annotations.NullMarked;
