@NullMarked
package io.deeptrain.benchmarks.replay;

import org.jspecify.annotations.NullMarked;
