package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Extractions;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.upload.ArchiveUrl;
import io.deeptrain.api.violation.Violation;
import io.deeptrain.contract.InputsDataSource;
import io.deeptrain.contract.MultiInputsAddJobResponse;
import io.deeptrain.contract.PostInputsDataSourcesRequest;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The call about archives that lie elsewhere: each is fetched and taken apart in the background. */
@ApplicationScoped
class DataSourceCalls {
    private static final int SOURCES_MAX = 16;

    private final Database database;
    private final ExtractionWorker worker;

    DataSourceCalls(Database database, ExtractionWorker worker) {
        this.database = database;
        this.worker = worker;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostInputsDataSources", PostInputsDataSourcesRequest.class, this::post);
    }

    private MultiInputsAddJobResponse post(Caller caller, PostInputsDataSourcesRequest request) {
        List<Violation> violations = violations(request);
        if (!violations.isEmpty()) {
            throw new Refusal(StatusCode.INPUT_INVALID_REQUEST, violations);
        }
        MultiInputsAddJobResponse answer = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiInputsAddJobResponse.Builder jobs =
                    MultiInputsAddJobResponse.newBuilder().setStatus(Answers.ok());
            for (InputsDataSource asked : request.getDataSourcesList()) {
                UploadCalls.requireTemplate(connection, tenant, "data_sources", asked.getInputTemplate());
                Instant now = Times.now();
                String jobId = Ids.givenOrFresh("data_sources.inputs_add_job_id", asked.getInputsAddJobId());
                AddJobCalls.open(connection, tenant, jobId, now);
                Extractions.insert(
                        connection,
                        tenant,
                        Ids.fresh(),
                        jobId,
                        "",
                        asked.getUrl().getUrl(),
                        asked.getInputTemplate().toByteArray(),
                        now);
                jobs.addInputsAddJobs(AddJobCalls.found(connection, tenant, jobId));
            }
            return jobs.build();
        });
        worker.wake();
        return answer;
    }

    private static List<Violation> violations(PostInputsDataSourcesRequest request) {
        List<Violation> violations = new ArrayList<>();
        int count = request.getDataSourcesCount();
        if (count == 0 || count > SOURCES_MAX) {
            violations.add(wrong("data_sources", count + " sources", "1 to %d sources".formatted(SOURCES_MAX)));
        }
        if (!request.getCallBackUrl().isEmpty()) {
            violations.add(wrong(
                    "call_back_url",
                    "'%s'".formatted(request.getCallBackUrl()),
                    "left out: nobody is called back, but the job can be asked for"));
        }
        for (int i = 0; i < Math.min(count, SOURCES_MAX); i++) {
            InputsDataSource source = request.getDataSources(i);
            String field = "data_sources[%d].url.".formatted(i);
            if (source.getUrl().hasCredentials()) {
                violations.add(wrong(
                        field + "credentials",
                        "given",
                        "left out: private archives are served by addresses that hold what opens them, as presigned"
                                + " ones do"));
            }
            String url = source.getUrl().getUrl();
            ArchiveUrl.problem(url)
                    .ifPresent(legal -> violations.add(wrong(field + "url", "'%s'".formatted(url), legal)));
        }
        return violations;
    }

    private static Violation wrong(String field, String value, String legal) {
        return new Violation(field, value, legal, Optional.empty());
    }
}
