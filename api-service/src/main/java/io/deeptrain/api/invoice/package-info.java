/**
 * What a user owes for a month: which month it is, when its invoice closes, what becomes of corrections, and its file.
 */
@NullMarked
package io.deeptrain.api.invoice;

import org.jspecify.annotations.NullMarked;
