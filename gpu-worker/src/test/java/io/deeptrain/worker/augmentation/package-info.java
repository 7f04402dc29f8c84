@NullMarked
package io.deeptrain.worker.augmentation;

import org.jspecify.annotations.NullMarked;
