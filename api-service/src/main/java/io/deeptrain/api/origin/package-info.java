/** Where callers reach this service, which the addresses in its answers begin with. */
@NullMarked
package io.deeptrain.api.origin;

import org.jspecify.annotations.NullMarked;
