/** The journey that the demo shows, step by step. */
@NullMarked
package io.deeptrain.cli.demo;

import org.jspecify.annotations.NullMarked;
