/** The object store that the configuration names. */
@NullMarked
package io.deeptrain.api.adapter.objects;

import org.jspecify.annotations.NullMarked;
