/** Addresses that open one file without a key. */
@NullMarked
package io.deeptrain.api.link;

import org.jspecify.annotations.NullMarked;
