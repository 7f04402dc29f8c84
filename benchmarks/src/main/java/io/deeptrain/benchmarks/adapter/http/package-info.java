/** Measurements through the REST door of a running front door. */
@NullMarked
package io.deeptrain.benchmarks.adapter.http;

import org.jspecify.annotations.NullMarked;
