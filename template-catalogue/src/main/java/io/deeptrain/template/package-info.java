/** What can be trained: model types, their templates, and the hyperparameters of each. The single source of it. */
@NullMarked
package io.deeptrain.template;

import org.jspecify.annotations.NullMarked;
