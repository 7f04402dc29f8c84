@NullMarked
package io.deeptrain.worker.artifact;

import org.jspecify.annotations.NullMarked;
