@NullMarked
package io.deeptrain.cli.adapter.rest;

import org.jspecify.annotations.NullMarked;
