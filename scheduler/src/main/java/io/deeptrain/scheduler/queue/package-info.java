/** Whose job is next: one queue for each tenant and a fair order between them. */
@NullMarked
package io.deeptrain.scheduler.queue;

import org.jspecify.annotations.NullMarked;
