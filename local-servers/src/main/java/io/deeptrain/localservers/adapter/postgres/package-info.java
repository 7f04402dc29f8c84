/** A real PostgreSQL that needs no installation: the child that runs it and the handle to the child. */
@NullMarked
package io.deeptrain.localservers.adapter.postgres;

import org.jspecify.annotations.NullMarked;
