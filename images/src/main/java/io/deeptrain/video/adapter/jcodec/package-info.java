/** Frames of MP4 and QuickTime files, by JCodec. */
@NullMarked
package io.deeptrain.video.adapter.jcodec;

import org.jspecify.annotations.NullMarked;
