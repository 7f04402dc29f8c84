/** What a training says to its tenant, line by line. */
@NullMarked
package io.deeptrain.api.log;

import org.jspecify.annotations.NullMarked;
