/** What is wrong with a request, field by field. */
@NullMarked
package io.deeptrain.api.violation;

import org.jspecify.annotations.NullMarked;
