@NullMarked
package io.deeptrain.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
