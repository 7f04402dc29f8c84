package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Calls;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.door.RpcTable.Entry;
import io.deeptrain.api.adapter.rest.ContractJson.BadRequestException;
import io.deeptrain.api.adapter.rpc.WorkflowCalls;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.PatchWorkflowsRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** A documented call that is older than the contract: it sets the workflow that an app uses by default. */
@ApplicationScoped
public class BaseWorkflowRoute {
    private static final String PATH = OwnRoutes.LONG_FORM + "/base-workflows";
    private static final String LIKE = "PatchWorkflows";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Calls calls;
    private final Entry entry;
    private final Entry reindexing;
    private final ContractJson json;
    private final long bodyBytesMax;

    BaseWorkflowRoute(
            RpcTable table,
            Calls calls,
            WorkflowCalls workflows,
            @ConfigProperty(name = "deeptrain.request-bytes-max", defaultValue = "134217728") int bodyBytesMax) {
        Entry like = table.entries().stream()
                .filter(known -> known.name().equals(LIKE))
                .findFirst()
                .orElseThrow();
        this.entry = entry(like, workflows, false);
        this.reindexing = entry(like, workflows, true);
        this.calls = calls;
        this.json = new ContractJson(bodyBytesMax);
        this.bodyBytesMax = bodyBytesMax;
    }

    private static Entry entry(Entry like, WorkflowCalls workflows, boolean reindex) {
        return new Entry(
                like.method(),
                like.request(),
                like.response(),
                Optional.of((caller, request) -> workflows.patchBase(caller, (PatchWorkflowsRequest) request, reindex)),
                like.open(),
                like.scope());
    }

    void open(@Observes Router router) {
        router.patch(PATH)
                .order(OwnRoutes.BEFORE_THE_CONTRACT)
                .handler(BodyHandler.create(false).setBodyLimit(bodyBytesMax))
                .handler(context ->
                        Thread.ofVirtual().name("rest-base-workflows").start(() -> answer(context)))
                .failureHandler(this::fail);
    }

    private void answer(RoutingContext context) {
        Message answer;
        try {
            byte[] body = Optional.ofNullable(context.body().buffer())
                    .map(Buffer::getBytes)
                    .orElse(new byte[0]);
            Message request = json.read(
                    entry.request(),
                    body,
                    Map.of(),
                    Map.of(
                            "user_app_id.user_id", parameter(context, "user"),
                            "user_app_id.app_id", parameter(context, "app")));
            answer = calls.call(asksToReindex(body) ? reindexing : entry, RestDoor.headers(context), request);
        } catch (BadRequestException e) {
            answer = RpcTable.refused(entry, StatusCode.BAD_REQUEST_FORMAT, String.valueOf(e.getMessage()));
        }
        send(context, answer);
    }

    /** The contract's message has no such field. The body was read before, so it is JSON. */
    private static boolean asksToReindex(byte[] body) {
        try {
            return MAPPER.readTree(body).path("reindex").asBoolean();
        } catch (IOException impossible) {
            throw new IllegalStateException("what was read as JSON is none", impossible);
        }
    }

    private void fail(RoutingContext context) {
        if (!context.response().ended()) {
            boolean tooLarge = context.statusCode() == StatusCode.REQUEST_TOO_LARGE.httpStatus();
            send(
                    context,
                    tooLarge
                            ? RpcTable.refused(
                                    entry,
                                    StatusCode.REQUEST_TOO_LARGE,
                                    "The body must have at most %d bytes".formatted(bodyBytesMax))
                            : RpcTable.refused(entry, StatusCode.INTERNAL_ERROR, "The request could not be read"));
        }
    }

    private void send(RoutingContext context, Message answer) {
        HttpAnswers.send(context, Answers.httpStatusOf(answer), json.tree(answer));
    }

    private static String parameter(RoutingContext context, String name) {
        return Objects.requireNonNullElse(context.pathParam(name), "");
    }
}
