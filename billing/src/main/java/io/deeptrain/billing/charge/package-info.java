/** What a job costs: who pays, how much of its time, at which price, in which month. */
@NullMarked
package io.deeptrain.billing.charge;

import org.jspecify.annotations.NullMarked;
