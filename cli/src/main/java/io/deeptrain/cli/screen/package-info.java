/** How things look as text: bars, amounts, bills, events and small pictures. Pure. */
@NullMarked
package io.deeptrain.cli.screen;

import org.jspecify.annotations.NullMarked;
