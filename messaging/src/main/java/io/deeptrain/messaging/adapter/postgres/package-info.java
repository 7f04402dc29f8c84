/** The outbox and the consumed positions as tables of a service's schema. */
@NullMarked
package io.deeptrain.messaging.adapter.postgres;

import org.jspecify.annotations.NullMarked;
