/** Reads the history and the readings from Kafka, and publishes charges from the outbox. */
@NullMarked
package io.deeptrain.billing.adapter.kafka;

import org.jspecify.annotations.NullMarked;
