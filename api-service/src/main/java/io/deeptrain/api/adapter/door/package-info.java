/** What both doors, REST and gRPC, lead to: one implementation of each RPC. */
@NullMarked
package io.deeptrain.api.adapter.door;

import org.jspecify.annotations.NullMarked;
