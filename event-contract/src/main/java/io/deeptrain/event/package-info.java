/** What the services tell each other: ids, the envelope and the families of events. Pure: no clock, no framework. */
@NullMarked
package io.deeptrain.event;

import org.jspecify.annotations.NullMarked;
