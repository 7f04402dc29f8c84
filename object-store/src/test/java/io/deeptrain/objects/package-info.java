/** Tests of what every object store promises. */
@NullMarked
package io.deeptrain.objects;

import org.jspecify.annotations.NullMarked;
