/** What this service fetches over HTTP: inputs given by URL, and predictions from the workers. */
@NullMarked
package io.deeptrain.api.adapter.http;

import org.jspecify.annotations.NullMarked;
