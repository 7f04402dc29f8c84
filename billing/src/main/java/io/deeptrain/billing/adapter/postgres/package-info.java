/** Keeps bills, history and ledger in PostgreSQL. */
@NullMarked
package io.deeptrain.billing.adapter.postgres;

import org.jspecify.annotations.NullMarked;
