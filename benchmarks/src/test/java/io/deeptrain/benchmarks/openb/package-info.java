@NullMarked
package io.deeptrain.benchmarks.openb;

import org.jspecify.annotations.NullMarked;
