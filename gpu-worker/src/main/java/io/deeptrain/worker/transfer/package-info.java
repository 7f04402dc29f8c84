/**
 * Transfer learning: a linear head on the embeddings of a model that has been trained before. Pure but for its ports.
 */
@NullMarked
package io.deeptrain.worker.transfer;

import org.jspecify.annotations.NullMarked;
