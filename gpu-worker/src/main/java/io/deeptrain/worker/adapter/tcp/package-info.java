/** The ranks of a gang, connected through TCP. */
@NullMarked
package io.deeptrain.worker.adapter.tcp;

import org.jspecify.annotations.NullMarked;
