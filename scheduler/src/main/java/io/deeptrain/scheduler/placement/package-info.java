/** Which GPUs an attempt gets: what workers have, what is free of it, whether a shape fits, and where it fits best. */
@NullMarked
package io.deeptrain.scheduler.placement;

import org.jspecify.annotations.NullMarked;
