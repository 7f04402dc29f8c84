/** How a network learns: what it is measured by, and how a gradient becomes a step. */
@NullMarked
package io.deeptrain.worker.learning;

import org.jspecify.annotations.NullMarked;
