/** Where the bytes lie: inputs, manifests, checkpoints and models. */
@NullMarked
package io.deeptrain.objects;

import org.jspecify.annotations.NullMarked;
