/** Tests of what both doors share. */
@NullMarked
package io.deeptrain.api.adapter.door;

import org.jspecify.annotations.NullMarked;
