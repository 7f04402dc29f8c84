/** Archives that tenants upload, read without trusting anything that they say of themselves. */
@NullMarked
package io.deeptrain.api.adapter.archive;

import org.jspecify.annotations.NullMarked;
