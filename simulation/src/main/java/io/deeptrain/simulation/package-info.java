/** The production rules of all services on a simulated clock, log, database and fleet, under seeded faults. */
@NullMarked
package io.deeptrain.simulation;

import org.jspecify.annotations.NullMarked;
