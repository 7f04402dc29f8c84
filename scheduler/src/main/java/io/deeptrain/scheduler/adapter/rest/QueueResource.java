package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.adapter.json.ExplanationJson;
import io.deeptrain.scheduler.adapter.json.WhatIfJson;
import io.deeptrain.scheduler.explain.Explanation;
import io.deeptrain.scheduler.explain.WhatIf;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;

/**
 * Who waits and why, for the front door and for operators inside the cluster. It changes nothing. Only the leader
 * knows; a standby answers 503.
 */
@Path("/queue")
@Produces(MediaType.APPLICATION_JSON)
public class QueueResource {
    private static final int LIMIT_MAX = 500;

    private static final int QUESTION_LENGTH_MAX = 100_000;

    private final ExplanationJson json = new ExplanationJson();
    private final WhatIfJson whatIfJson = new WhatIfJson();
    private final CurrentQueue queue;

    QueueResource(CurrentQueue queue) {
        this.queue = queue;
    }

    /** Those that wait, in their order, from the position after {@code after}. */
    @GET
    public String waiting(
            @QueryParam("after") @DefaultValue("0") int after, @QueryParam("limit") @DefaultValue("100") int limit) {
        if (after < 0 || limit < 1 || limit > LIMIT_MAX) {
            throw new BadRequestException(
                    "after must be 0 or more and limit between 1 and %d: %d, %d".formatted(LIMIT_MAX, after, limit));
        }
        return queue.ask(explainer -> {
            List<JobId> inOrder = explainer.inOrder();
            List<Explanation> page = inOrder.stream()
                    .skip(after)
                    .limit(limit)
                    .flatMap(jobId -> explainer.explain(jobId).stream())
                    .toList();
            return json.written(inOrder.size(), page);
        });
    }

    /** Why this job waits. */
    @GET
    @Path("/jobs/{id}")
    public String job(@PathParam("id") String id) {
        return queue.ask(explainer -> explainer
                .explain(new JobId(id))
                .map(json::written)
                .orElseThrow(() -> new NotFoundException("no job %s waits".formatted(id))));
    }

    /** What would be with a job more, or with other workers or limits. */
    @POST
    @Path("/what-if")
    @Consumes(MediaType.APPLICATION_JSON)
    public String whatIf(String question) {
        if (question.length() > QUESTION_LENGTH_MAX) {
            throw refused("a question has at most %d characters: %d".formatted(QUESTION_LENGTH_MAX, question.length()));
        }
        try {
            WhatIf whatIf = whatIfJson.question(question);
            return whatIfJson.written(queue.whatIf(whatIf), whatIf.job().isPresent());
        } catch (IllegalArgumentException wrong) {
            throw refused(String.valueOf(wrong.getMessage()));
        }
    }

    private static BadRequestException refused(String why) {
        return new BadRequestException(Response.status(Response.Status.BAD_REQUEST)
                .type(MediaType.TEXT_PLAIN_TYPE)
                .entity(why)
                .build());
    }
}
