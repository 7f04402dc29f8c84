package io.deeptrain.scheduler.engine;

import io.deeptrain.scheduler.fleet.Fleet;

/**
 * What the steps of the cycle share, beside the jobs.
 *
 * @param clocks what time it is
 * @param fleet who is there, and what each has room for
 * @param leases who holds what
 * @param claims for whom room is being made
 * @param outgoing what workers are told
 */
record EngineState(Clocks clocks, Fleet fleet, Leases leases, Claims claims, Outgoing outgoing) {}
