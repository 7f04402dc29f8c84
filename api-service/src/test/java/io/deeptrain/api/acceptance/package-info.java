/** The service as a whole, on a real database and a real broker, with hand-made workers, scheduler and billing. */
@NullMarked
package io.deeptrain.api.acceptance;

import org.jspecify.annotations.NullMarked;
