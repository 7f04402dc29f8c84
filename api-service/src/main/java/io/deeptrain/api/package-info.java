/** The front door: what tenants ask for and what they are answered. */
@NullMarked
package io.deeptrain.api;

import org.jspecify.annotations.NullMarked;
