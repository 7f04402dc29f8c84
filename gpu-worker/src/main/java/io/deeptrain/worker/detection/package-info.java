/**
 * Where an image shows what: boxes to start from, which object each is to find, and which of the found ones are kept.
 */
@NullMarked
package io.deeptrain.worker.detection;

import org.jspecify.annotations.NullMarked;
