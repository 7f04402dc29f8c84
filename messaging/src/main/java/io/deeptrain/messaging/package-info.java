/** How facts travel between the services: out of a database in the order in which they were written, at least once. */
@NullMarked
package io.deeptrain.messaging;

import org.jspecify.annotations.NullMarked;
