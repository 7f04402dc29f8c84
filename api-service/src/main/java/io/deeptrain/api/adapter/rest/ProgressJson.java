package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.ModelMessages;
import io.deeptrain.contract.status.Status;

/** How far a version's training has come, in full. */
final class ProgressJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ProgressJson() {}

    /** Of a version that was not deleted. */
    static ObjectNode of(StoredVersion version) {
        ObjectNode progress = MAPPER.createObjectNode();
        progress.put("revision", version.revision());
        progress.set("status", status(version));
        version.progress().ifPresent(report -> {
            progress.put("attempt", report.attempt().value());
            progress.put("reading_millis", report.readingMillis());
            progress.put("phase", report.progress().phase().name());
            progress.put("epoch", report.progress().epoch());
            progress.put("epochs", report.progress().epochs());
            progress.put("step", report.progress().step());
            progress.put("steps", report.progress().steps());
            if (Double.isFinite(report.progress().loss())) {
                progress.put("loss", report.progress().loss());
            }
            progress.put("images_per_second", report.progress().imagesPerSecond());
            ObjectNode metrics = progress.putObject("metrics");
            report.progress().metrics().forEach(metrics::put);
        });
        return progress;
    }

    /** The status of a version that was not deleted. */
    static ObjectNode status(StoredVersion version) {
        Status status = ModelMessages.status(version);
        return MAPPER.createObjectNode()
                .put("code", status.getCode())
                .put("description", status.getDescription())
                .put("details", status.getDetails())
                .put("percent_completed", status.getPercentCompleted())
                .put("time_remaining", status.getTimeRemaining());
    }
}
