/** Tests of what operators measure. */
@NullMarked
package io.deeptrain.messaging.adapter.micrometer;

import org.jspecify.annotations.NullMarked;
