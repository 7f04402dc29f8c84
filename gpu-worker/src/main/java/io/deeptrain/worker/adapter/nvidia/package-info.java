/** Asks NVIDIA's driver. */
@NullMarked
package io.deeptrain.worker.adapter.nvidia;

import org.jspecify.annotations.NullMarked;
