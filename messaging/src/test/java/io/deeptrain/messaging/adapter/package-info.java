/** Tests against a real PostgreSQL and a real Kafka broker. */
@NullMarked
package io.deeptrain.messaging.adapter;

import org.jspecify.annotations.NullMarked;
