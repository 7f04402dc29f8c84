/** Double entry, append-only, chained by hashes: what is owed, and why it may be believed. */
@NullMarked
package io.deeptrain.billing.ledger;

import org.jspecify.annotations.NullMarked;
