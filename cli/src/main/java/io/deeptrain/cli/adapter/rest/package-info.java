/** The public REST API, over the JDK's HTTP client. */
@NullMarked
package io.deeptrain.cli.adapter.rest;

import org.jspecify.annotations.NullMarked;
