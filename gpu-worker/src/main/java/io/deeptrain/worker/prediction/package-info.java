/** What published models say about images. */
@NullMarked
package io.deeptrain.worker.prediction;

import org.jspecify.annotations.NullMarked;
