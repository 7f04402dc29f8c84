/** How good a model is: what follows from the report that its training left. */
@NullMarked
package io.deeptrain.api.evaluation;

import org.jspecify.annotations.NullMarked;
