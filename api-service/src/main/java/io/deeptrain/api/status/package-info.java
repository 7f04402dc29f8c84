/** The one table of status codes that clients see. */
@NullMarked
package io.deeptrain.api.status;

import org.jspecify.annotations.NullMarked;
