/** What operators tell the scheduler to do, what it answers, and what it remembers of it. */
@NullMarked
package io.deeptrain.scheduler.control;

import org.jspecify.annotations.NullMarked;
