/** Videos that tenants send. */
@NullMarked
package io.deeptrain.api.adapter.video;

import org.jspecify.annotations.NullMarked;
