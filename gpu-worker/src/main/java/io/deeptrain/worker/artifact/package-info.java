/** What a training leaves behind: checkpoints and models, as values. */
@NullMarked
package io.deeptrain.worker.artifact;

import org.jspecify.annotations.NullMarked;
