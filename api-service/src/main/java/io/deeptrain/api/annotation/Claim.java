package io.deeptrain.api.annotation;

import io.deeptrain.api.input.Label;
import java.time.Instant;

/** A label and since when it is said. Of two claims about a concept of an input the newer one holds. */
public record Claim(Label label, Instant at) {}
