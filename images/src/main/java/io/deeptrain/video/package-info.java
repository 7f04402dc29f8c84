/** The videos that users upload: what may be read of them, and which of their frames are looked at. */
@NullMarked
package io.deeptrain.video;

import org.jspecify.annotations.NullMarked;
