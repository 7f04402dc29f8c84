/** What operators look at. It changes nothing. */
@NullMarked
package io.deeptrain.scheduler.adapter.rest;

import org.jspecify.annotations.NullMarked;
