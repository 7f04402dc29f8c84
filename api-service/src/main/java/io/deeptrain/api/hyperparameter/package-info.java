/** Which hyperparameters a tenant asked for, and everything that is wrong with them. */
@NullMarked
package io.deeptrain.api.hyperparameter;

import org.jspecify.annotations.NullMarked;
