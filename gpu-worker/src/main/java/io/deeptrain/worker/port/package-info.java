/** What the rules of training need from outside. */
@NullMarked
package io.deeptrain.worker.port;

import org.jspecify.annotations.NullMarked;
