/** What operators measure. */
@NullMarked
package io.deeptrain.scheduler.adapter.micrometer;

import org.jspecify.annotations.NullMarked;
