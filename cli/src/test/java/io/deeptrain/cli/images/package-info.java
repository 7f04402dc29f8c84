@NullMarked
package io.deeptrain.cli.images;

import org.jspecify.annotations.NullMarked;
