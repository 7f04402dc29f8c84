/** Tests of the JSON form. */
@NullMarked
package io.deeptrain.event.adapter.json;

import org.jspecify.annotations.NullMarked;
