/** How models are looked for. */
@NullMarked
package io.deeptrain.api.model;

import org.jspecify.annotations.NullMarked;
