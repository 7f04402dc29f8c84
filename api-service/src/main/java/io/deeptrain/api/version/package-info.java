/** The life of a model version as its tenant sees it, and who wins when a cancel meets the end of its job. */
@NullMarked
package io.deeptrain.api.version;

import org.jspecify.annotations.NullMarked;
