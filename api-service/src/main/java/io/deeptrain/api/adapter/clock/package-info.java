/** What time it is. */
@NullMarked
package io.deeptrain.api.adapter.clock;

import org.jspecify.annotations.NullMarked;
