package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.adapter.door.Allowance;
import io.deeptrain.api.adapter.door.Paging;
import io.deeptrain.api.adapter.door.Reasons;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Violation;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Sends answers with what HTTP has for them: entity tags (RFC 9110, section 8.8.3), so that nobody fetches twice what
 * has not changed; {@code Retry-After} where trying again helps; what is left of the key's calls; and, for whoever
 * accepts {@code application/problem+json}, failures as problem details (RFC 9457).
 */
final class HttpAnswers {
    static final String CURSOR = "cursor";

    private static final String ALLOWANCE = "deeptrain.allowance";
    private static final String REASONS = "deeptrain.reasons";
    private static final String PROBLEM = "application/problem+json";
    private static final String JSON = "application/json";
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;
    private static final int FAILURES = 400;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final long ALMOST_A_SECOND_NANOS = 999_999_999;
    private static final int TAG_BYTES = 16;
    private static final Set<Integer> WORTH_TRYING_AGAIN = Set.of(
            StatusCode.RATE_LIMITED.code(), StatusCode.UNAVAILABLE.code(), StatusCode.MODEL_BUSY_PLEASE_RETRY.code());

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private HttpAnswers() {}

    /** Sends an answer that carries the contract's status in {@code status}. */
    static void send(RoutingContext context, int httpStatus, ObjectNode answer) {
        HttpServerResponse response = context.response();
        sayWhatIsLeft(context);
        if (WORTH_TRYING_AGAIN.contains(answer.at("/status/code").asInt())) {
            response.putHeader("retry-after", String.valueOf(retryAfterSeconds(context)));
        }
        if (httpStatus >= FAILURES && header(context, "accept").contains(PROBLEM)) {
            end(
                    response.setStatusCode(httpStatus).putHeader("content-type", PROBLEM),
                    problem(context, httpStatus, answer));
            return;
        }
        if (httpStatus == OK && context.request().method().equals(HttpMethod.GET)) {
            String tag = tag(answer);
            response.putHeader("etag", tag);
            if (names(header(context, "if-none-match"), tag)) {
                response.setStatusCode(NOT_MODIFIED).end();
                return;
            }
        }
        end(response.setStatusCode(httpStatus).putHeader("content-type", JSON), answer);
    }

    /** Rounded up: who waits so long is not refused for the same reason again. */
    private static long retryAfterSeconds(RoutingContext context) {
        Duration wait = reasons(context).retryAfter().orElse(RETRY_AFTER);
        return wait.plusNanos(ALMOST_A_SECOND_NANOS).toSeconds();
    }

    /** Sends a text to be kept as a file. */
    static void send(RoutingContext context, String mediaType, String fileName, String content) {
        sayWhatIsLeft(context);
        context.response()
                .putHeader("content-type", mediaType + "; charset=utf-8")
                .putHeader("content-disposition", "attachment; filename=\"%s\"".formatted(fileName))
                .end(Buffer.buffer(content));
    }

    /** That of the call which this request makes. */
    static Allowance allowance(RoutingContext context) {
        return ofRequest(context, ALLOWANCE, Allowance::new);
    }

    /** Those of the call which this request makes. */
    static Reasons reasons(RoutingContext context) {
        return ofRequest(context, REASONS, Reasons::new);
    }

    private static <T> T ofRequest(RoutingContext context, String name, Supplier<T> fresh) {
        T known = context.get(name);
        if (known != null) {
            return known;
        }
        T made = fresh.get();
        context.put(name, made);
        return made;
    }

    /** Says what is left of the key's calls, if this one was counted. */
    static void sayWhatIsLeft(RoutingContext context) {
        allowance(context)
                .left()
                .ifPresent(left -> context.response()
                        .putHeader("ratelimit-policy", left.policy())
                        .putHeader("ratelimit", left.limit()));
    }

    /**
     * Says where the list goes on (RFC 8288), if it does: the same request, with a cursor instead of a page.
     *
     * @throws Refusal if there is a cursor but {@code call} has no list
     */
    static void linkToNext(RoutingContext context, Paging paging, String call) {
        if (paging.isIgnored()) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    call + " has no pages that a cursor could go on from; leave cursor out");
        }
        paging.next().ifPresent(cursor -> linkToNext(context, cursor));
    }

    private static void linkToNext(RoutingContext context, String cursor) {
        QueryStringEncoder next = new QueryStringEncoder(context.normalizedPath());
        for (Map.Entry<String, String> asked : context.queryParams()) {
            if (!asked.getKey().equals(CURSOR) && !asked.getKey().equals("page")) {
                next.addParam(asked.getKey(), asked.getValue());
            }
        }
        next.addParam(CURSOR, cursor);
        context.response().putHeader("link", "<%s>; rel=\"next\"".formatted(next));
    }

    /** The entity tag of an answer: a hash of all of it but the status, which is another one each time. */
    static String tag(ObjectNode answer) {
        ObjectNode content = answer.deepCopy();
        content.remove("status");
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(written(content));
            return '"' + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + '"';
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Whether the value of {@code If-Match} or {@code If-None-Match} names this tag. */
    static boolean names(String condition, String tag) {
        return Arrays.stream(condition.split(",", -1))
                .map(String::strip)
                .map(named -> named.startsWith("W/") ? named.substring(2) : named)
                .anyMatch(named -> named.equals("*") || named.equals(tag));
    }

    private static ObjectNode problem(RoutingContext context, int httpStatus, ObjectNode answer) {
        JsonNode status = answer.path("status");
        ObjectNode problem = MAPPER.createObjectNode();
        problem.put("type", "about:blank");
        problem.put("title", status.path("description").asText());
        problem.put("status", httpStatus);
        problem.put("detail", status.path("details").asText());
        problem.put("instance", context.request().path());
        problem.put("clarifai_code", status.path("code").asInt());
        problem.put("req_id", status.path("req_id").asText());
        List<Violation> violations = reasons(context).violations();
        if (!violations.isEmpty()) {
            ArrayNode errors = problem.putArray("errors");
            violations.forEach(violation -> put(errors.addObject(), violation));
        }
        return problem;
    }

    private static void put(ObjectNode error, Violation violation) {
        error.put("field", violation.field());
        error.put("value", violation.value());
        error.put("legal", violation.legal());
        violation.nearest().ifPresent(nearest -> error.putPOJO("nearest", nearest));
        error.put("detail", violation.message());
    }

    static String header(RoutingContext context, String name) {
        return Optional.ofNullable(context.request().getHeader(name)).orElse("");
    }

    private static void end(HttpServerResponse response, ObjectNode body) {
        response.end(Buffer.buffer(written(body)));
    }

    private static byte[] written(ObjectNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of our own making cannot be written", e);
        }
    }
}
