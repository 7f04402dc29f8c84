/** How many jobs a scheduler assigns in a second, and how soon, through the real broker and the real database. */
@NullMarked
package io.deeptrain.benchmarks.adapter.assignment;

import org.jspecify.annotations.NullMarked;
