/** The object store as a folder. */
@NullMarked
package io.deeptrain.objects.adapter.local;

import org.jspecify.annotations.NullMarked;
