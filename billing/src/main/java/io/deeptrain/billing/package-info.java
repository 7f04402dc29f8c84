/** Turns the readings of meters into charges, and charges into a ledger. Each rule of the bill is one small class. */
@NullMarked
package io.deeptrain.billing;

import org.jspecify.annotations.NullMarked;
