/** How much of a shared fleet placement can allocate, on the public trace "openb". */
@NullMarked
package io.deeptrain.benchmarks.openb;

import org.jspecify.annotations.NullMarked;
