/** Whether this process can do its work. */
@NullMarked
package io.deeptrain.scheduler.adapter.health;

import org.jspecify.annotations.NullMarked;
