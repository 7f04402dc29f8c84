/** Child processes: starting them, waiting for them with a deadline, stopping them. */
@NullMarked
package io.deeptrain.localservers.adapter.process;

import org.jspecify.annotations.NullMarked;
