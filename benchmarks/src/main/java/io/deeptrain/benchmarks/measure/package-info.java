/** How a measurement is made: warm up first, then several rounds of the measured thing and its reference in turn. */
@NullMarked
package io.deeptrain.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
