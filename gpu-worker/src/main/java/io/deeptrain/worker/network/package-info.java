/** What a network is, layer by layer, and its weights: independent of the engine that computes it. */
@NullMarked
package io.deeptrain.worker.network;

import org.jspecify.annotations.NullMarked;
