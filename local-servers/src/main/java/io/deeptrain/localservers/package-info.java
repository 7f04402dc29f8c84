/** Which schemas and roles the services have, and how the servers that hold them run on one machine. */
@NullMarked
package io.deeptrain.localservers;

import org.jspecify.annotations.NullMarked;
