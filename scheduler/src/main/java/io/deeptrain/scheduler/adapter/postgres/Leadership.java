package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.event.SchedulerId;

/** A scheduler's right to commit, until a later epoch begins. */
public record Leadership(SchedulerId holder, long epoch) {}
