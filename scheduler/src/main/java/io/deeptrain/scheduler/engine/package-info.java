/** The scheduler as one deterministic fold: records and ticks in, history and assignments out. */
@NullMarked
package io.deeptrain.scheduler.engine;

import org.jspecify.annotations.NullMarked;
