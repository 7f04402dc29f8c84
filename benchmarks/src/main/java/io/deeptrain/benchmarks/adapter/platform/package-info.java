/** Parts of the platform as processes, for measurements that need them. */
@NullMarked
package io.deeptrain.benchmarks.adapter.platform;

import org.jspecify.annotations.NullMarked;
