/** What NVIDIA's driver says of the GPUs, and whether they can be relied on. */
@NullMarked
package io.deeptrain.worker.gpu;

import org.jspecify.annotations.NullMarked;
