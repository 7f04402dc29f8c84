/** The events as CloudEvents with a JSON body. */
@NullMarked
package io.deeptrain.event.adapter.json;

import org.jspecify.annotations.NullMarked;
