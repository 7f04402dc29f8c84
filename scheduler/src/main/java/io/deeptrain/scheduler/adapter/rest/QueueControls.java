package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.scheduler.adapter.json.ControlViewJson;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.control.QueueControl;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.settings.InvalidSettingException;
import io.deeptrain.scheduler.settings.LimitsReader;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Groups, users and apps: their limits, and what they have now. */
@OperatorsOnly
@Path("/control/queues")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class QueueControls {
    private final ControlViewJson json = new ControlViewJson();
    private final OrderDoor door;

    QueueControls(OrderDoor door) {
        this.door = door;
    }

    @GET
    public Response all() {
        return door.ask(snapshot -> Response.ok(json.queues(
                        QueueControl.all(snapshot.settings().queues(), snapshot.controls(), snapshot.jobs())))
                .build());
    }

    @GET
    @Path("/{kind}/{name:.+}")
    public Response one(@PathParam("kind") String kind, @PathParam("name") String name) {
        try {
            QueueName queue = named(kind, name);
            return door.ask(snapshot -> {
                List<QueueControl> all =
                        QueueControl.all(snapshot.settings().queues(), snapshot.controls(), snapshot.jobs());
                return all.stream()
                        .filter(each -> each.name().equals(queue))
                        .findFirst()
                        .map(each -> Response.ok(json.queue(each)).build())
                        .orElseGet(() -> Problem.answer(
                                404, "The %s is not named anywhere and has no jobs.".formatted(queue.words())));
            });
        } catch (InvalidSettingException invalid) {
            return Problem.answer(invalid);
        }
    }

    /** These limits, and of whatever is not given the standard. */
    @PUT
    @Path("/{kind}/{name:.+}")
    public Response set(
            @PathParam("kind") String kind,
            @PathParam("name") String name,
            @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator,
            @Nullable Map<String, Object> body) {
        return door.carryOut(operator, () -> {
            QueueName queue = named(kind, name);
            return new Order.SetLimits(queue, LimitsReader.read(queue, fields(body), field -> field.replace('-', '_')));
        });
    }

    /** What is configured counts again. */
    @DELETE
    @Path("/{kind}/{name:.+}")
    public Response reset(
            @PathParam("kind") String kind,
            @PathParam("name") String name,
            @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator) {
        return door.carryOut(operator, () -> new Order.ResetLimits(named(kind, name)));
    }

    private static Map<String, String> fields(@Nullable Map<String, Object> body) {
        Map<String, String> fields = new TreeMap<>();
        if (body == null) {
            throw new InvalidSettingException("the body", "", "an object with limits, as {\"weight\": 2},");
        }
        body.forEach((field, value) -> fields.put(field.replace('_', '-'), String.valueOf(value)));
        return fields;
    }

    private static QueueName named(String kind, String name) {
        return QueueName.parse(kind, name)
                .orElseThrow(() -> new InvalidSettingException(
                        "the queue", kind + "/" + name, "group/GROUP, user/USER or app/USER/APP"));
    }
}
