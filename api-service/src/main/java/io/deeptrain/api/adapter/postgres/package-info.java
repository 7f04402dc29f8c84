/** What the front door keeps in PostgreSQL. */
@NullMarked
package io.deeptrain.api.adapter.postgres;

import org.jspecify.annotations.NullMarked;
