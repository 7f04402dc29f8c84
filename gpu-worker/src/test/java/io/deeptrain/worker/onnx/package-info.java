@NullMarked
package io.deeptrain.worker.onnx;

import org.jspecify.annotations.NullMarked;
