/** Says whether the service can do its work. */
@NullMarked
package io.deeptrain.billing.adapter.health;

import org.jspecify.annotations.NullMarked;
