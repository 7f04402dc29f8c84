/** Training on several devices at once: a process for each, which share the images of each batch. */
@NullMarked
package io.deeptrain.worker.gang;

import org.jspecify.annotations.NullMarked;
