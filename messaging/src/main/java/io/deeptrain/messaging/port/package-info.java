/** What the relay needs from outside. */
@NullMarked
package io.deeptrain.messaging.port;

import org.jspecify.annotations.NullMarked;
