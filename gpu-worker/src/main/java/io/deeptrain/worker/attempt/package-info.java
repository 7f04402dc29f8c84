/** What a worker says and does about the attempt that it runs: a pure machine, and the words it speaks. */
@NullMarked
package io.deeptrain.worker.attempt;

import org.jspecify.annotations.NullMarked;
