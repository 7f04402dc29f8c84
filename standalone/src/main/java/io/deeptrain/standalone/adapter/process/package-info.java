/** The launcher: starts the processes, watches them and stops them. */
@NullMarked
package io.deeptrain.standalone.adapter.process;

import org.jspecify.annotations.NullMarked;
