/** The OpenAPI document of the front door, made from the contract. */
@NullMarked
package io.deeptrain.api.openapi;

import org.jspecify.annotations.NullMarked;
