/** What is told to servers of tenants, and when it is tried again. */
@NullMarked
package io.deeptrain.api.webhook;

import org.jspecify.annotations.NullMarked;
