/** What is done to single images before a network learns from them, so that it never sees the same image twice. */
@NullMarked
package io.deeptrain.worker.augmentation;

import org.jspecify.annotations.NullMarked;
