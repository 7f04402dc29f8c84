/** How many GPUs a job has that may run on more or fewer. */
@NullMarked
package io.deeptrain.scheduler.elastic;

import org.jspecify.annotations.NullMarked;
