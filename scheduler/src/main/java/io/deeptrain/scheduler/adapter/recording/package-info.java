/** What a leader was told, written down so that it can be told to another engine. */
@NullMarked
package io.deeptrain.scheduler.adapter.recording;

import org.jspecify.annotations.NullMarked;
