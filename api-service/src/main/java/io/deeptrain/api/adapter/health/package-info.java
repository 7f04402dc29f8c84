/** Whether the front door can do its work. */
@NullMarked
package io.deeptrain.api.adapter.health;

import org.jspecify.annotations.NullMarked;
