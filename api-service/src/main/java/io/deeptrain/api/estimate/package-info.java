/** How long a training will take and what it will cost. */
@NullMarked
package io.deeptrain.api.estimate;

import org.jspecify.annotations.NullMarked;
