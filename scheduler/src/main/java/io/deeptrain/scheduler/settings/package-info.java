/** What an operator writes about single queues, read into the terms of the rules. */
@NullMarked
package io.deeptrain.scheduler.settings;

import org.jspecify.annotations.NullMarked;
