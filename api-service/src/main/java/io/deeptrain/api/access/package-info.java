/** What a key may do. */
@NullMarked
package io.deeptrain.api.access;

import org.jspecify.annotations.NullMarked;
