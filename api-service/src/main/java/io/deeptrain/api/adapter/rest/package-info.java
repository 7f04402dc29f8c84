/** The REST door: routes and JSON derived from the descriptors of the contract. */
@NullMarked
package io.deeptrain.api.adapter.rest;

import org.jspecify.annotations.NullMarked;
