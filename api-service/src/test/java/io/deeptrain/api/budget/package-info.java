@NullMarked
package io.deeptrain.api.budget;

import org.jspecify.annotations.NullMarked;
