/** What a training is to achieve: what images teach, and what the network's answers are compared with. */
@NullMarked
package io.deeptrain.worker.objective;

import org.jspecify.annotations.NullMarked;
