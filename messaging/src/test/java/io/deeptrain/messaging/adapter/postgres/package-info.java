/** Tests of the tables. */
@NullMarked
package io.deeptrain.messaging.adapter.postgres;

import org.jspecify.annotations.NullMarked;
