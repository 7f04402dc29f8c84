@NullMarked
package io.deeptrain.worker.transfer;

import org.jspecify.annotations.NullMarked;
