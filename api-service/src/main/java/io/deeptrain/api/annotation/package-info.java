/** What is said of inputs: labels of the whole and of regions, and how what several say goes together. */
@NullMarked
package io.deeptrain.api.annotation;

import org.jspecify.annotations.NullMarked;
