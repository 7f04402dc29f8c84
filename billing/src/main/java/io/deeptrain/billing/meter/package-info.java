/** How long a job used its GPUs: the fold of its history, and which of that time counts. */
@NullMarked
package io.deeptrain.billing.meter;

import org.jspecify.annotations.NullMarked;
