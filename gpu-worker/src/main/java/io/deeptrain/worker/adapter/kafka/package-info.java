/** What a worker hears and says over Kafka. */
@NullMarked
package io.deeptrain.worker.adapter.kafka;

import org.jspecify.annotations.NullMarked;
