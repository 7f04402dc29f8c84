/** From uploaded bytes to pixels that a network can learn from. Every byte is suspect. */
@NullMarked
package io.deeptrain.worker.data;

import org.jspecify.annotations.NullMarked;
