package io.deeptrain.scheduler.adapter.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.adapter.json.ContractMapper;
import io.deeptrain.scheduler.job.Directives;
import io.deeptrain.scheduler.job.Ending;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.StopWish;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A job's request as it travelled, and its state, each alternative with its {@code kind}. */
public final class JobRecordJson {
    private static final String STOP_WISH = "stop_wish";

    /** How a tenant's wish was kept when nobody else had one. */
    private static final String STOP_ASKED = "stop_asked";

    private static final String LEASE = "lease";
    private static final String GPUS = "gpus";
    private static final List<String> LINEAGES = List.of("lineage", "started_from");
    private static final String BILLABLE_MILLIS = "billable_millis";
    private static final String GPU_MILLIS = "gpu_millis";

    private final JsonMapper mapper = ContractMapper.create()
            .rebuild()
            // An earlier build takes over too, and wants everything to be there.
            .withConfigOverride(
                    Optional.class,
                    optional -> optional.setInclude(JsonInclude.Value.construct(Include.ALWAYS, Include.ALWAYS)))
            .addMixIn(JobState.class, StateKinds.class)
            .addMixIn(Ending.class, EndingKinds.class)
            .build();

    /** A request, a state or anything that holds them. */
    public String written(Object part) {
        try {
            return mapper.writeValueAsString(part);
        } catch (JsonProcessingException notSerialisable) {
            throw new IllegalStateException("cannot be written as JSON: " + part, notSerialisable);
        }
    }

    public TrainingRequested request(String json) {
        return read(json, TrainingRequested.class);
    }

    /**
     * Also a state that was written before a training could be stopped, or before a budget could.
     *
     * @param gpusAsked what was granted by a lease, and held for a lineage, that were written before they said so
     */
    public JobState state(String json, int gpusAsked) {
        boolean saysAll =
                isNamed(STOP_WISH, json) && isNamed(GPU_MILLIS, json) && (isNamed(GPUS, json) || !isNamed(LEASE, json));
        return read(saysAll ? json : completed(json, gpusAsked), JobState.class);
    }

    private static boolean isNamed(String field, String json) {
        return json.contains("\"" + field + "\":");
    }

    private String completed(String json, int gpusAsked) {
        ObjectNode state = read(json, ObjectNode.class);
        if (!state.has(STOP_WISH)) {
            boolean isAsked = state.path(STOP_ASKED).asBoolean(false);
            state.put(STOP_WISH, (isAsked ? StopWish.OF_TENANT : StopWish.NONE).name());
        }
        if (state.path(LEASE) instanceof ObjectNode lease && !lease.has(GPUS)) {
            lease.put(GPUS, gpusAsked);
        }
        for (String name : LINEAGES) {
            if (state.path(name) instanceof ObjectNode lineage && !lineage.has(GPU_MILLIS)) {
                lineage.put(GPU_MILLIS, lineage.path(BILLABLE_MILLIS).asLong() * gpusAsked);
            }
        }
        return state.toString();
    }

    /** Nothing is written where nothing is wanted. */
    public Optional<String> writtenIfAny(Directives directives) {
        return directives.equals(Directives.NONE) ? Optional.empty() : Optional.of(written(directives));
    }

    public Directives directives(@Nullable String json) {
        return json == null ? Directives.NONE : read(json, Directives.class);
    }

    private <T> T read(String json, Class<T> type) {
        try {
            return mapper.readValue(json, type);
        } catch (JsonProcessingException corrupt) {
            throw unreadable(json, corrupt);
        }
    }

    private static IllegalStateException unreadable(String json, JsonProcessingException corrupt) {
        return new IllegalStateException("the database holds what this build cannot read: " + json, corrupt);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = JobState.Queued.class, name = "queued"),
        @JsonSubTypes.Type(value = JobState.Assigned.class, name = "assigned"),
        @JsonSubTypes.Type(value = JobState.Running.class, name = "running"),
        @JsonSubTypes.Type(value = JobState.Cancelling.class, name = "cancelling"),
        @JsonSubTypes.Type(value = JobState.Finishing.class, name = "finishing"),
        @JsonSubTypes.Type(value = JobState.Ended.class, name = "ended")
    })
    private interface StateKinds {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Ending.Succeeded.class, name = "succeeded"),
        @JsonSubTypes.Type(value = Ending.Failed.class, name = "failed"),
        @JsonSubTypes.Type(value = Ending.Cancelled.class, name = "cancelled")
    })
    private interface EndingKinds {}
}
