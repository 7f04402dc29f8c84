/** How the labelled inputs of an app become the frozen dataset of one training. */
@NullMarked
package io.deeptrain.api.dataset;

import org.jspecify.annotations.NullMarked;
