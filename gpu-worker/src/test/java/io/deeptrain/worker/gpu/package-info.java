@NullMarked
package io.deeptrain.worker.gpu;

import org.jspecify.annotations.NullMarked;
