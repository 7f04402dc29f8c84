/** Starts and stops the scheduler with its process. */
@NullMarked
package io.deeptrain.scheduler.adapter.quarkus;

import org.jspecify.annotations.NullMarked;
