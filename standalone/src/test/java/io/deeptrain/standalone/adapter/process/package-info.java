/** The launcher as a process of its own, with a real database and a real broker. */
@NullMarked
package io.deeptrain.standalone.adapter.process;

import org.jspecify.annotations.NullMarked;
