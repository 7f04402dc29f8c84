/** The object store that the configuration names, and what lies in it as text. */
@NullMarked
package io.deeptrain.api.adapter.objects;

import org.jspecify.annotations.NullMarked;
