/** The lines that hold the parts of the system apart. */
@NullMarked
package io.deeptrain.architecture;

import org.jspecify.annotations.NullMarked;
