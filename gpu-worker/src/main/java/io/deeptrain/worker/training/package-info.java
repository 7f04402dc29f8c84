/** How a training goes: its plan, its order of images, its learning rate and the run itself. Pure but for its ports. */
@NullMarked
package io.deeptrain.worker.training;

import org.jspecify.annotations.NullMarked;
