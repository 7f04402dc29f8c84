/** The one implementation of each call of the contract. */
@NullMarked
package io.deeptrain.api.adapter.rpc;

import org.jspecify.annotations.NullMarked;
