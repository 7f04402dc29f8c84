/** A gang's other ranks as child processes of the worker, and what is said between them. */
@NullMarked
package io.deeptrain.worker.adapter.process;

import org.jspecify.annotations.NullMarked;
