/** Predictions over HTTP, for the front door. */
@NullMarked
package io.deeptrain.worker.adapter.rest;

import org.jspecify.annotations.NullMarked;
