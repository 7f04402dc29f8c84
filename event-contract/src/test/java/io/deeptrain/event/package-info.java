/** Tests of the records, and one sample of each. */
@NullMarked
package io.deeptrain.event;

import org.jspecify.annotations.NullMarked;
