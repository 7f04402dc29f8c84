/** Learning with DJL on the PyTorch engine. */
@NullMarked
package io.deeptrain.worker.adapter.djl;

import org.jspecify.annotations.NullMarked;
