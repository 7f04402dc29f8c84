/** What a tenant uploads: images with labels. */
@NullMarked
package io.deeptrain.api.input;

import org.jspecify.annotations.NullMarked;
