package io.deeptrain.api.adapter.rest;

import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Calls;
import io.deeptrain.api.adapter.door.Headers;
import io.deeptrain.api.adapter.door.Paging;
import io.deeptrain.api.adapter.door.Precondition;
import io.deeptrain.api.adapter.door.PublishedRoute;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.http.CalledAt;
import io.deeptrain.api.adapter.rest.ContractJson.BadRequestException;
import io.deeptrain.api.adapter.rest.RouteTable.Match;
import io.deeptrain.api.status.StatusCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Every call of the contract over REST, at the paths that the contract's {@code google.api.http} rules give it. */
@ApplicationScoped
public class RestDoor {
    private static final Logger LOG = Logger.getLogger(RestDoor.class);
    private static final int AFTER_OTHER_ROUTES = 10_000;
    private static final int PAYLOAD_TOO_LARGE = 413;

    private final Calls calls;
    private final RouteTable routes;
    private final ContractJson json;
    private final long bodyBytesMax;

    RestDoor(
            RpcTable table,
            Calls calls,
            @ConfigProperty(name = "deeptrain.request-bytes-max", defaultValue = "134217728") int bodyBytesMax) {
        this.calls = calls;
        this.routes = new RouteTable(table.entries(), PublishedRoute.all());
        this.json = new ContractJson(bodyBytesMax);
        this.bodyBytesMax = bodyBytesMax;
    }

    /** Behind the routes of our own that lie in the same tree. */
    void open(@Observes Router router) {
        router.route("/v2/*")
                .order(AFTER_OTHER_ROUTES)
                .handler(BodyHandler.create(false).setBodyLimit(bodyBytesMax))
                .handler(this::answer)
                .failureHandler(this::fail);
    }

    private void answer(RoutingContext context) {
        switch (routes.find(context.request().method().name(), path(context))) {
            case RouteTable.Result.Found(var match) ->
                Thread.ofVirtual().name("rest-" + match.entry().name()).start(() -> call(context, match));
            case RouteTable.Result.Unserved(var call) -> send(context, Answers.ofUnserved(call));
            case RouteTable.Result.WrongMethod(var allowed) -> {
                context.response().putHeader("allow", String.join(", ", allowed));
                refuse(
                        context,
                        StatusCode.METHOD_NOT_ALLOWED,
                        "%s is not possible here but %s is"
                                .formatted(context.request().method().name(), String.join(", ", allowed)));
            }
            case RouteTable.Result.NoSuchPath() ->
                refuse(context, StatusCode.DOES_NOT_EXIST, "There is nothing at " + path(context));
        }
    }

    private void call(RoutingContext context, Match match) {
        Message answer;
        try {
            byte[] body = Optional.ofNullable(context.body().buffer())
                    .filter(_ -> !isForm(context))
                    .map(Buffer::getBytes)
                    .orElse(new byte[0]);
            Message request = json.read(match.entry().request(), body, query(context), match.variables());
            answer = called(context, match, request);
        } catch (BadRequestException e) {
            answer = RpcTable.refused(match.entry(), StatusCode.BAD_REQUEST_FORMAT, String.valueOf(e.getMessage()));
        } catch (RuntimeException bug) {
            // Nobody else would answer: this thread has no caller.
            LOG.errorf(bug, "%s cannot be read", match.entry().name());
            answer = RpcTable.refused(match.entry(), StatusCode.INTERNAL_ERROR, "The request could not be read");
        }
        send(context, answer);
    }

    private Message called(RoutingContext context, Match match, Message request) throws BadRequestException {
        Headers plain = headers(context);
        Headers headers = precondition(context).map(plain::given).orElse(plain);
        Message answer = calls.call(match.entry(), headers, request);
        try {
            HttpAnswers.linkToNext(context, headers.paging(), match.entry().name());
            return answer;
        } catch (Refusal refusal) {
            return RpcTable.refused(match.entry(), refusal.status(), refusal.details());
        }
    }

    /** What a change asks for by {@code If-Match}: that what is at this path is as it was. */
    private Optional<Precondition> precondition(RoutingContext context) throws BadRequestException {
        String condition = HttpAnswers.header(context, "if-match");
        if (condition.isEmpty()
                || context.request().method().equals(HttpMethod.GET)
                || !(routes.find("GET", path(context)) instanceof RouteTable.Result.Found(var there))) {
            return Optional.empty();
        }
        Message question = json.read(there.entry().request(), new byte[0], query(context), there.variables());
        return Optional.of(
                new Precondition(() -> requireMatch(condition, calls.call(there.entry(), headers(context), question))));
    }

    private void requireMatch(String condition, Message current) {
        Answers.requireSuccess(current);
        String tag = HttpAnswers.tag(json.tree(current));
        if (!HttpAnswers.names(condition, tag)) {
            throw new Refusal(
                    StatusCode.CHANGED_MEANWHILE,
                    "If-Match is %s but what is there now has the tag %s".formatted(condition, tag));
        }
    }

    private void fail(RoutingContext context) {
        if (context.response().ended()) {
            return;
        }
        if (context.statusCode() == PAYLOAD_TOO_LARGE) {
            hangUpAfterTheAnswer(context);
            refuse(
                    context,
                    StatusCode.REQUEST_TOO_LARGE,
                    "The body must have at most %d bytes".formatted(bodyBytesMax));
        } else {
            refuse(context, StatusCode.INTERNAL_ERROR, "The request could not be read");
        }
    }

    /** What the caller still sends is not read to its end, so that the connection is of no more use. */
    private static void hangUpAfterTheAnswer(RoutingContext context) {
        if (context.request().version() != HttpVersion.HTTP_2) {
            context.response()
                    .putHeader("connection", "close")
                    .endHandler(_ -> context.request().connection().close());
        }
    }

    private void refuse(RoutingContext context, StatusCode status, String details) {
        send(context, Answers.ofNoCall(status, details));
    }

    private void send(RoutingContext context, Message answer) {
        HttpAnswers.send(context, Answers.httpStatusOf(answer), json.tree(answer));
    }

    static Headers headers(RoutingContext context) {
        return new Headers(
                Optional.ofNullable(context.request().getHeader(Headers.AUTHORIZATION))
                        .orElse(""),
                Optional.ofNullable(context.request().getHeader(Headers.IDEMPOTENCY_KEY)),
                Paging.from(Optional.ofNullable(context.request().getParam(HttpAnswers.CURSOR))),
                HttpAnswers.allowance(context),
                HttpAnswers.reasons(context),
                CalledAt.of(context));
    }

    /** An old published client trains with an empty body that calls itself a form. */
    private static boolean isForm(RoutingContext context) {
        String type =
                Optional.ofNullable(context.request().getHeader("content-type")).orElse("");
        return type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/");
    }

    private static Map<String, List<String>> query(RoutingContext context) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String name : context.queryParams().names()) {
            parameters.put(name, context.queryParams().getAll(name));
        }
        return parameters;
    }

    private static String path(RoutingContext context) {
        return Objects.requireNonNullElse(context.request().path(), "/");
    }
}
