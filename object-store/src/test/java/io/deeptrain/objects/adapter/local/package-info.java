/** Tests of the folder. */
@NullMarked
package io.deeptrain.objects.adapter.local;

import org.jspecify.annotations.NullMarked;
