/** Amounts. Exact: integer cents, never floating point. */
@NullMarked
package io.deeptrain.billing.money;

import org.jspecify.annotations.NullMarked;
