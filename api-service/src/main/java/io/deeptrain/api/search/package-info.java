/** What inputs and concepts are looked for by. */
@NullMarked
package io.deeptrain.api.search;

import org.jspecify.annotations.NullMarked;
