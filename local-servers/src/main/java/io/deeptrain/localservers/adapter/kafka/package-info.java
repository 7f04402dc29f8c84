/** A real Kafka broker in a JVM of its own: the child that runs it and the handle to the child. */
@NullMarked
package io.deeptrain.localservers.adapter.kafka;

import org.jspecify.annotations.NullMarked;
