/** One job's bill as events come in: what to publish about it, and what to post to the ledger. */
@NullMarked
package io.deeptrain.billing.bill;

import org.jspecify.annotations.NullMarked;
