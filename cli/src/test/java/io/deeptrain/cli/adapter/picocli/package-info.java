@NullMarked
package io.deeptrain.cli.adapter.picocli;

import org.jspecify.annotations.NullMarked;
