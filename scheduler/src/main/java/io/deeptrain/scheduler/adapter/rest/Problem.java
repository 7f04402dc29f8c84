package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.scheduler.settings.InvalidSettingException;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers to requests that came to nothing, as problem details (RFC 9457). */
final class Problem {
    private static final String TYPE = "application/problem+json";

    private Problem() {}

    static Response answer(int status, String detail) {
        return answer(status, detail, Map.of());
    }

    /** Names the field, its value and what would be right. */
    static Response answer(InvalidSettingException invalid) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("field", invalid.field());
        fields.put("value", invalid.value());
        fields.put("expected", invalid.expected());
        return answer(400, invalid.getMessage() + ".", fields);
    }

    private static Response answer(int status, String detail, Map<String, Object> more) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", status);
        body.put("detail", detail);
        body.putAll(more);
        return Response.status(status).type(TYPE).entity(body).build();
    }
}
