/** Tests of what the calls make of requests. */
@NullMarked
package io.deeptrain.api.adapter.rpc;

import org.jspecify.annotations.NullMarked;
