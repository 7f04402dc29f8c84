/** What it costs that a leading scheduler dies: real schedulers, killed, while many small jobs run. */
@NullMarked
package io.deeptrain.benchmarks.adapter.failover;

import org.jspecify.annotations.NullMarked;
