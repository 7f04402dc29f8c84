/**
 * The whole platform on one machine: which processes it consists of, with which settings, and when one is started
 * again.
 */
@NullMarked
package io.deeptrain.standalone;

import org.jspecify.annotations.NullMarked;
