package io.deeptrain.cli.port;

import io.deeptrain.event.ChargeEvent.Statement;

/** What a training costs so far, or in the end when {@code posted}. */
public record Bill(Statement statement, boolean posted) {}
