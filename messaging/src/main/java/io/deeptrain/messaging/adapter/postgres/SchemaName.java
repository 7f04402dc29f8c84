package io.deeptrain.messaging.adapter.postgres;

import java.util.regex.Pattern;

/** A schema's name becomes part of statements, where it cannot be a parameter. */
final class SchemaName {
    private static final Pattern NAMES = Pattern.compile("[a-z][a-z0-9_]{0,40}");

    private SchemaName() {}

    static String require(String schema) {
        if (!NAMES.matcher(schema).matches()) {
            throw new IllegalArgumentException("not a schema name: " + schema);
        }
        return schema;
    }
}
