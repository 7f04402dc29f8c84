@NullMarked
package io.deeptrain.cli.screen;

import org.jspecify.annotations.NullMarked;
