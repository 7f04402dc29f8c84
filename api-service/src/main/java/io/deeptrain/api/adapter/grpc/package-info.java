/** The gRPC door: the service of the contract, built from its descriptor. */
@NullMarked
package io.deeptrain.api.adapter.grpc;

import org.jspecify.annotations.NullMarked;
