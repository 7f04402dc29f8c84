/** How good a model is, measured on images that it has not learned from. */
@NullMarked
package io.deeptrain.worker.evaluation;

import org.jspecify.annotations.NullMarked;
