package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.LogLines;
import io.deeptrain.api.adapter.postgres.LogLines.LogLine;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.ListLogEntriesRequest;
import io.deeptrain.contract.LogEntry;
import io.deeptrain.contract.MultiLogEntryResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Calls about what a training said. Also of versions that were deleted: that is how a cancelled training reads. */
@ApplicationScoped
class LogCalls {
    private static final String TRAINING = "training";

    private final Database database;

    LogCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("ListLogEntries", ListLogEntriesRequest.class, this::list);
    }

    private MultiLogEntryResponse list(Caller caller, ListLogEntriesRequest request) {
        if (!request.getLogType().isEmpty() && !request.getLogType().equals(TRAINING)) {
            throw new Refusal(
                    StatusCode.LOG_INVALID_REQUEST,
                    "log_type is '%s' but must be %s".formatted(request.getLogType(), TRAINING));
        }
        Page page = Page.of(caller, request.getPage(), request.getPerPage());
        List<LogLine> lines = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredVersion version = Versions.findEvenDeleted(
                            connection, tenant, request.getModelId(), request.getModelVersionId())
                    .orElseThrow(() -> ModelMessages.noVersion(request.getModelId(), request.getModelVersionId()));
            return version.jobId().isPresent()
                    ? LogLines.list(connection, version.jobId().get(), page).shownTo(caller)
                    : List.of();
        });
        return MultiLogEntryResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllLogEntries(lines.stream()
                        .map(line -> LogEntry.newBuilder()
                                .setLogType(TRAINING)
                                .setMessage(line.text())
                                .build())
                        .toList())
                .setPage(Math.max(1, request.getPage()))
                .setPerPage(page.size())
                .build();
    }
}
