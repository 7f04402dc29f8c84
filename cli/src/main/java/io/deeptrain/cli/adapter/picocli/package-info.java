/** The commands and their options, exit codes and error messages. */
@NullMarked
package io.deeptrain.cli.adapter.picocli;

import org.jspecify.annotations.NullMarked;
