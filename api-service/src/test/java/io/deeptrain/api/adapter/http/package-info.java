/** Tests of what is fetched from elsewhere. */
@NullMarked
package io.deeptrain.api.adapter.http;

import org.jspecify.annotations.NullMarked;
