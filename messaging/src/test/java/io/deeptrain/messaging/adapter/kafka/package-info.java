/** Tests of what goes to Kafka and comes from it. */
@NullMarked
package io.deeptrain.messaging.adapter.kafka;

import org.jspecify.annotations.NullMarked;
