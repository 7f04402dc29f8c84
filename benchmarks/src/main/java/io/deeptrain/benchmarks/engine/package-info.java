/** How many assignments a second the scheduler's engine decides. */
@NullMarked
package io.deeptrain.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
