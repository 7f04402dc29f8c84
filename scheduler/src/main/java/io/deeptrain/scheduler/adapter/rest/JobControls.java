package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.settings.InvalidSettingException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Single jobs: whether, where and how urgently they run. */
@OperatorsOnly
@Path("/control/jobs/{id}")
@Produces(MediaType.APPLICATION_JSON)
public class JobControls {
    private static final String WORKER = "worker";
    private static final String PRIORITY = "priority";

    private final OrderDoor door;

    JobControls(OrderDoor door) {
        this.door = door;
    }

    @POST
    @Path("/hold")
    public Response hold(@PathParam("id") String id, @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator) {
        return door.carryOut(operator, () -> new Order.Hold(new JobId(id)));
    }

    @POST
    @Path("/release")
    public Response release(@PathParam("id") String id, @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator) {
        return door.carryOut(operator, () -> new Order.Release(new JobId(id)));
    }

    /** To another worker: {@code {"worker": "gpu-2"}}. */
    @POST
    @Path("/move")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response move(
            @PathParam("id") String id,
            @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator,
            @Nullable Map<String, Object> body) {
        return door.carryOut(
                operator,
                () -> new Order.Move(
                        new JobId(id),
                        new WorkerId(field(body, WORKER)
                                .filter(name -> !name.isBlank())
                                .orElseThrow(() -> new InvalidSettingException(WORKER, "", "the id of a worker")))));
    }

    /** Its own priority: {@code {"priority": "HIGH"}}; with {@code null} that of its queue again. */
    @POST
    @Path("/priority")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response priority(
            @PathParam("id") String id,
            @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator,
            @Nullable Map<String, Object> body) {
        return door.carryOut(operator, () -> {
            if (body == null || !body.containsKey(PRIORITY)) {
                throw notAPriority("");
            }
            return new Order.Prioritise(new JobId(id), field(body, PRIORITY).map(JobControls::priorityOf));
        });
    }

    private static Optional<String> field(@Nullable Map<String, Object> body, String name) {
        return body == null
                ? Optional.empty()
                : Optional.ofNullable(body.get(name)).map(String::valueOf);
    }

    private static Priority priorityOf(String value) {
        return Arrays.stream(Priority.values())
                .filter(priority -> priority.name().equalsIgnoreCase(value.strip()))
                .findFirst()
                .orElseThrow(() -> notAPriority(value));
    }

    private static InvalidSettingException notAPriority(String value) {
        return new InvalidSettingException(
                PRIORITY, value, "one of %s, or null,".formatted(Arrays.toString(Priority.values())));
    }
}
