/**
 * What a user allows to be spent in a month: what is left, what a training is expected to take of it, and what follows.
 */
@NullMarked
package io.deeptrain.api.budget;

import org.jspecify.annotations.NullMarked;
