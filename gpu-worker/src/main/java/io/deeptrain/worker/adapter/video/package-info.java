/** Videos, frame by frame. */
@NullMarked
package io.deeptrain.worker.adapter.video;

import org.jspecify.annotations.NullMarked;
