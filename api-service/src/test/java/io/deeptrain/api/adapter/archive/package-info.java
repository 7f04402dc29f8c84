/** Archives, good and hostile. */
@NullMarked
package io.deeptrain.api.adapter.archive;

import org.jspecify.annotations.NullMarked;
