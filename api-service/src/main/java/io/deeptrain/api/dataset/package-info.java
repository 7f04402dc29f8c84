/** How inputs are frozen: into versions of datasets, and into what one training learns from. */
@NullMarked
package io.deeptrain.api.dataset;

import org.jspecify.annotations.NullMarked;
