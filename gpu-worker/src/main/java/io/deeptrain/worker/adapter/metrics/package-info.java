/** What an operator sees of a worker. */
@NullMarked
package io.deeptrain.worker.adapter.metrics;

import org.jspecify.annotations.NullMarked;
