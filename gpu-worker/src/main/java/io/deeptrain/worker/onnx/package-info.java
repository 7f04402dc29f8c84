/** Trained networks in ONNX, the Open Neural Network Exchange format: for other runtimes to answer with. */
@NullMarked
package io.deeptrain.worker.onnx;

import org.jspecify.annotations.NullMarked;
