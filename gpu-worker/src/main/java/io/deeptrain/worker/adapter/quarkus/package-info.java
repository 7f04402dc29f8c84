/** The worker as a Quarkus application: settings, wiring, start and end, health. */
@NullMarked
package io.deeptrain.worker.adapter.quarkus;

import org.jspecify.annotations.NullMarked;
