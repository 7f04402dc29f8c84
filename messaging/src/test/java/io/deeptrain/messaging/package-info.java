/** Tests of the relay's rule and the fakes that it runs on. */
@NullMarked
package io.deeptrain.messaging;

import org.jspecify.annotations.NullMarked;
