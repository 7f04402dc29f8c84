/** Recordings of production, replayed from files. */
@NullMarked
package io.deeptrain.simulation.adapter;

import org.jspecify.annotations.NullMarked;
