/** NVIDIA's library for exchanging what GPUs hold, called through the foreign function interface. */
@NullMarked
package io.deeptrain.worker.adapter.nccl;

import org.jspecify.annotations.NullMarked;
