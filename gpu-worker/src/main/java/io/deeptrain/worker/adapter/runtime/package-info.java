/** The threads of a worker: one that decides, one that trains. */
@NullMarked
package io.deeptrain.worker.adapter.runtime;

import org.jspecify.annotations.NullMarked;
