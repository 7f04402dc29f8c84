/** What the commands need from outside: the public API, the event topics, a screen and time. */
@NullMarked
package io.deeptrain.cli.port;

import org.jspecify.annotations.NullMarked;
