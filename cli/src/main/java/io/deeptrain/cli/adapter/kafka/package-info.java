/** The event topics, read as any consumer outside DeepTrain would. */
@NullMarked
package io.deeptrain.cli.adapter.kafka;

import org.jspecify.annotations.NullMarked;
