/** Reads the images that users upload, the same way wherever they are read. */
@NullMarked
package io.deeptrain.image;

import org.jspecify.annotations.NullMarked;
