/** What the front door hears from the other services, and that it is heard by them. */
@NullMarked
package io.deeptrain.api.adapter.kafka;

import org.jspecify.annotations.NullMarked;
