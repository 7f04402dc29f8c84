/** What a worker reads and leaves behind, in the object store. */
@NullMarked
package io.deeptrain.worker.adapter.objects;

import org.jspecify.annotations.NullMarked;
