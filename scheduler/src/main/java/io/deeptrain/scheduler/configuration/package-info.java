/** What an operator writes about the engine, read into its own terms. */
@NullMarked
package io.deeptrain.scheduler.configuration;

import org.jspecify.annotations.NullMarked;
