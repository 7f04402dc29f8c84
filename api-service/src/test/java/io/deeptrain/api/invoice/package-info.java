@NullMarked
package io.deeptrain.api.invoice;

import org.jspecify.annotations.NullMarked;
