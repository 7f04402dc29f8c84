/** The loop that feeds the engine from Kafka and commits what it decides. */
@NullMarked
package io.deeptrain.scheduler.adapter.kafka;

import org.jspecify.annotations.NullMarked;
