/** The workers that were heard, their incarnations and the room that they have left. */
@NullMarked
package io.deeptrain.scheduler.fleet;

import org.jspecify.annotations.NullMarked;
