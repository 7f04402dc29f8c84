package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.adapter.json.ControlViewJson;
import io.deeptrain.scheduler.control.FleetControl;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.placement.Condition;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** The workers, and which of them get work. */
@OperatorsOnly
@Path("/control")
@Produces(MediaType.APPLICATION_JSON)
public class WorkerControls {
    private final ControlViewJson json = new ControlViewJson();
    private final OrderDoor door;

    WorkerControls(OrderDoor door) {
        this.door = door;
    }

    @GET
    @Path("/fleet")
    public Response fleet() {
        return door.ask(snapshot -> Response.ok(
                        json.fleet(FleetControl.of(snapshot.places(), snapshot.jobs(), snapshot.controls())))
                .build());
    }

    /** No new work; what it has goes on. */
    @POST
    @Path("/workers/{id}/cordon")
    public Response cordon(@PathParam("id") String id, @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator) {
        return set(id, Condition.CORDONED, operator);
    }

    /** Work again, also if it was quarantined. */
    @POST
    @Path("/workers/{id}/uncordon")
    public Response uncordon(@PathParam("id") String id, @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator) {
        return set(id, Condition.IN_SERVICE, operator);
    }

    /** No new work, and what it has saves a checkpoint and goes elsewhere. */
    @POST
    @Path("/workers/{id}/drain")
    public Response drain(@PathParam("id") String id, @HeaderParam(OrderDoor.OPERATOR) @Nullable String operator) {
        return set(id, Condition.DRAINING, operator);
    }

    private Response set(String id, Condition condition, @Nullable String operator) {
        return door.carryOut(operator, () -> new Order.SetCondition(new WorkerId(id), condition));
    }
}
