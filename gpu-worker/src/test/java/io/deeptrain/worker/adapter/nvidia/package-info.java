@NullMarked
package io.deeptrain.worker.adapter.nvidia;

import org.jspecify.annotations.NullMarked;
