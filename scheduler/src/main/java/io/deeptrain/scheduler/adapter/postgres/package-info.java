/** The scheduler's tables: jobs, the leader's lease, inbox and outbox. */
@NullMarked
package io.deeptrain.scheduler.adapter.postgres;

import org.jspecify.annotations.NullMarked;
