@NullMarked
package io.deeptrain.cli.demo;

import org.jspecify.annotations.NullMarked;
