package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.AddJobs;
import io.deeptrain.api.adapter.postgres.AddJobs.StoredJob;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.CancelInputsAddJobRequest;
import io.deeptrain.contract.GetInputsAddJobRequest;
import io.deeptrain.contract.InputsAddJob;
import io.deeptrain.contract.InputsAddJobProgress;
import io.deeptrain.contract.ListInputsAddJobsRequest;
import io.deeptrain.contract.MultiInputsAddJobResponse;
import io.deeptrain.contract.SingleInputsAddJobResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;

/** Calls about inputs that are added together. */
@ApplicationScoped
class AddJobCalls {
    private final Database database;

    AddJobCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("GetInputsAddJob", GetInputsAddJobRequest.class, this::get)
                .answer("ListInputsAddJobs", ListInputsAddJobsRequest.class, this::list)
                .answer("CancelInputsAddJob", CancelInputsAddJobRequest.class, this::cancel);
    }

    private SingleInputsAddJobResponse get(Caller caller, GetInputsAddJobRequest request) {
        return database.inTransaction(
                connection -> answer(connection, Tenants.app(caller, request.getUserAppId()), request.getId()));
    }

    private MultiInputsAddJobResponse list(Caller caller, ListInputsAddJobsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiInputsAddJobResponse.Builder answer =
                    MultiInputsAddJobResponse.newBuilder().setStatus(Answers.ok());
            for (StoredJob job : AddJobs.list(connection, tenant, Page.of(request.getPage(), request.getPerPage()))) {
                answer.addInputsAddJobs(message(connection, tenant, job));
            }
            return answer.build();
        });
    }

    /** What was added stays. Nothing more can be added under this id. */
    private SingleInputsAddJobResponse cancel(Caller caller, CancelInputsAddJobRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            AddJobs.cancel(connection, tenant, request.getId(), Times.now());
            return answer(connection, tenant, request.getId());
        });
    }

    private static SingleInputsAddJobResponse answer(Connection connection, Tenant tenant, String id)
            throws SQLException {
        StoredJob job = AddJobs.find(connection, tenant, id)
                .orElseThrow(() ->
                        new Refusal(StatusCode.DOES_NOT_EXIST, "Inputs add job '%s' does not exist".formatted(id)));
        return SingleInputsAddJobResponse.newBuilder()
                .setStatus(Answers.ok())
                .setInputsAddJob(message(connection, tenant, job))
                .build();
    }

    static InputsAddJob message(Connection connection, Tenant tenant, StoredJob job) throws SQLException {
        return InputsAddJob.newBuilder()
                .setId(job.id())
                .setCallBackUrl(job.callBackUrl())
                .setProgress(InputsAddJobProgress.newBuilder()
                        .setSuccessCount(job.succeeded())
                        .setFailedCount(job.failed()))
                .setCreatedAt(Times.stamp(job.createdAt()))
                .setModifiedAt(Times.stamp(job.modifiedAt()))
                .setStatus(Answers.of(job.cancelled() ? StatusCode.JOB_CANCELLED : StatusCode.JOB_COMPLETED, ""))
                .build();
    }
}
