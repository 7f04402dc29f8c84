/** Speed beside PyTorch's own language. */
@NullMarked
package io.deeptrain.benchmarks.adapter.python;

import org.jspecify.annotations.NullMarked;
