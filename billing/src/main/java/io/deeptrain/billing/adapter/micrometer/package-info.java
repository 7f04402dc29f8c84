/** Counts what was billed and what was given away. */
@NullMarked
package io.deeptrain.billing.adapter.micrometer;

import org.jspecify.annotations.NullMarked;
