/** The performance tests of Kueue, played to a real scheduler in real time. */
@NullMarked
package io.deeptrain.benchmarks.adapter.kueue;

import org.jspecify.annotations.NullMarked;
