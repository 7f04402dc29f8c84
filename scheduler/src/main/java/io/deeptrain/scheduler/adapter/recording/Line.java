package io.deeptrain.scheduler.adapter.recording;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** A line of a recording: first how the engine began, then what it was told. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Line.Began.class, name = "began"),
    @JsonSubTypes.Type(value = Line.Job.class, name = "job"),
    @JsonSubTypes.Type(value = Line.Control.class, name = "control"),
    @JsonSubTypes.Type(value = Line.Heard.class, name = "heard"),
    @JsonSubTypes.Type(value = Line.Ordered.class, name = "ordered"),
    @JsonSubTypes.Type(value = Line.Tick.class, name = "tick"),
    @JsonSubTypes.Type(value = Line.Committed.class, name = "committed")
})
sealed interface Line {
    /**
     * The first line.
     *
     * @param format of the lines that follow
     * @param properties what the operator has written
     */
    record Began(int format, long epoch, Duration leaseTerm, Map<String, String> properties) implements Line {}

    /** One that the engine was restored from. Its directives are null if there are none. */
    record Job(
            JsonNode request,
            long arrival,
            JsonNode state,
            long sequence,
            long tenantGpuMillis,
            long tenantUseHour,
            JsonNode directives)
            implements Line {}

    /** Something that operators had ordered or workers had done before. */
    record Control(String of, String name, JsonNode value) implements Line {}

    record Heard(Instant now, String type, JsonNode event) implements Line {}

    record Ordered(Instant now, JsonNode order) implements Line {}

    record Tick(Instant now, Instant heardUpTo) implements Line {}

    /**
     * What was told before, counts.
     *
     * @param decided the SHA-256 of all decisions up to here
     */
    record Committed(String decided) implements Line {}
}
