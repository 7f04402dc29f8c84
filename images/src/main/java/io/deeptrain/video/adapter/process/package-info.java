/** Decoding in a process of its own, which can be ended whatever a file makes it do. */
@NullMarked
package io.deeptrain.video.adapter.process;

import org.jspecify.annotations.NullMarked;
