/** Whose job is next, and who makes room for it: a tree of queues with limits, and a fair order between them. */
@NullMarked
package io.deeptrain.scheduler.queue;

import org.jspecify.annotations.NullMarked;
