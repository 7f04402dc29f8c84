/** Models that feed each other, and in which order they run. */
@NullMarked
package io.deeptrain.api.workflow;

import org.jspecify.annotations.NullMarked;
