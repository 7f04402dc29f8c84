/** Why a job waits, and what would let it start: read from a snapshot of the engine, never from the engine itself. */
@NullMarked
package io.deeptrain.scheduler.explain;

import org.jspecify.annotations.NullMarked;
