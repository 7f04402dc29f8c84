/** Events as CloudEvents on Kafka: publishing, reading, topics. */
@NullMarked
package io.deeptrain.messaging.adapter.kafka;

import org.jspecify.annotations.NullMarked;
