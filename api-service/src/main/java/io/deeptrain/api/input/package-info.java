/** What a tenant uploads: images with labels and regions. */
@NullMarked
package io.deeptrain.api.input;

import org.jspecify.annotations.NullMarked;
