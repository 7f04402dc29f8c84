/** What of a trained model can be taken away, and how it is called. */
@NullMarked
package io.deeptrain.api.export;

import org.jspecify.annotations.NullMarked;
