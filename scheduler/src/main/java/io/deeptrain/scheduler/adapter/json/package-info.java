/** How a job's record looks in JSON. */
@NullMarked
package io.deeptrain.scheduler.adapter.json;

import org.jspecify.annotations.NullMarked;
