/** How many images a second a worker trains on, beside DJL's own loop. */
@NullMarked
package io.deeptrain.benchmarks.adapter.djl;

import org.jspecify.annotations.NullMarked;
