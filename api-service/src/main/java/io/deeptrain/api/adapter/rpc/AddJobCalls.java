package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.AddJobs;
import io.deeptrain.api.adapter.postgres.AddJobs.StoredJob;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Extractions;
import io.deeptrain.api.adapter.postgres.Extractions.State;
import io.deeptrain.api.adapter.postgres.Extractions.StoredExtraction;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Uploads;
import io.deeptrain.api.adapter.postgres.Uploads.StoredUpload;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.CancelInputsAddJobRequest;
import io.deeptrain.contract.GetInputsAddJobRequest;
import io.deeptrain.contract.InputsAddJob;
import io.deeptrain.contract.InputsAddJobProgress;
import io.deeptrain.contract.InputsExtractionJob;
import io.deeptrain.contract.InputsExtractionJobProgress;
import io.deeptrain.contract.ListInputsAddJobsRequest;
import io.deeptrain.contract.MultiInputsAddJobResponse;
import io.deeptrain.contract.SingleInputsAddJobResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
            for (StoredJob job : AddJobs.list(
                            connection, tenant, Page.of(caller, request.getPage(), request.getPerPage()))
                    .shownTo(caller)) {
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
            Extractions.cancelWaiting(connection, tenant, request.getId(), Times.now());
            return answer(connection, tenant, request.getId());
        });
    }

    private static SingleInputsAddJobResponse answer(Connection connection, Tenant tenant, String id)
            throws SQLException {
        return SingleInputsAddJobResponse.newBuilder()
                .setStatus(Answers.ok())
                .setInputsAddJob(found(connection, tenant, id))
                .build();
    }

    /** Makes sure that there is a job with this id, and that more can be added under it. */
    static void open(Connection connection, Tenant tenant, String id, Instant now) throws SQLException {
        if (AddJobs.open(connection, tenant, Ids.checked("inputs_add_job_id", id), now)
                .cancelled()) {
            throw new Refusal(
                    StatusCode.INPUT_INVALID_REQUEST,
                    "inputs_add_job_id is '%s', a job that was cancelled; use a new id".formatted(id));
        }
    }

    static InputsAddJob found(Connection connection, Tenant tenant, String id) throws SQLException {
        StoredJob job = AddJobs.find(connection, tenant, id)
                .orElseThrow(() ->
                        new Refusal(StatusCode.DOES_NOT_EXIST, "Inputs add job '%s' does not exist".formatted(id)));
        return message(connection, tenant, job);
    }

    private static InputsAddJob message(Connection connection, Tenant tenant, StoredJob job) throws SQLException {
        List<StoredExtraction> extractions = Extractions.of(connection, tenant, job.id());
        InputsAddJob.Builder message = InputsAddJob.newBuilder()
                .setId(job.id())
                .setCallBackUrl(job.callBackUrl())
                .setProgress(progress(job, extractions))
                .setCreatedAt(Times.stamp(job.createdAt()))
                .setModifiedAt(Times.stamp(job.modifiedAt()))
                .setStatus(Answers.of(status(job, extractions), ""));
        for (StoredExtraction extraction : extractions) {
            message.addExtractionJobs(message(extraction));
            Optional<StoredUpload> upload = Uploads.find(connection, tenant, extraction.uploadId());
            if (upload.isPresent()) {
                message.addUploads(UploadCalls.message(connection, tenant, upload.get()));
            }
        }
        return message.build();
    }

    /** An archive that is not all taken apart counts as one in progress, for nobody knows yet what is in it. */
    private static InputsAddJobProgress progress(StoredJob job, List<StoredExtraction> extractions) {
        long pending = 0;
        long inProgress = 0;
        long succeeded = job.succeeded();
        long failed = job.failed();
        for (StoredExtraction extraction : extractions) {
            pending += extraction.counts().pending();
            inProgress += isOpen(extraction) ? 1 : 0;
            succeeded += extraction.counts().succeeded();
            failed += extraction.counts().failed();
        }
        return InputsAddJobProgress.newBuilder()
                .setPendingCount(pending)
                .setInProgressCount(inProgress)
                .setSuccessCount(succeeded)
                .setFailedCount(failed)
                .build();
    }

    private static boolean isOpen(StoredExtraction extraction) {
        return extraction.state() == State.WAITING || extraction.state() == State.RUNNING;
    }

    private static StatusCode status(StoredJob job, List<StoredExtraction> extractions) {
        if (job.cancelled()) {
            return StatusCode.JOB_CANCELLED;
        }
        if (extractions.stream().anyMatch(AddJobCalls::isOpen)) {
            return StatusCode.JOB_RUNNING;
        }
        return extractions.stream().anyMatch(extraction -> extraction.state() == State.FAILED)
                ? StatusCode.JOB_FAILED
                : StatusCode.JOB_COMPLETED;
    }

    private static InputsExtractionJob message(StoredExtraction extraction) {
        InputsExtractionJobProgress.Builder progress = InputsExtractionJobProgress.newBuilder()
                .setImageInputsCount(extraction.counts().succeeded());
        StatusCode status = switch (extraction.state()) {
            case WAITING -> {
                progress.setPendingArchivesCount(1);
                yield StatusCode.JOB_QUEUED;
            }
            case RUNNING -> {
                progress.setInProgressArchivesCount(1);
                yield StatusCode.JOB_RUNNING;
            }
            case COMPLETED -> {
                progress.setCompletedArchivesCount(1);
                yield StatusCode.JOB_COMPLETED;
            }
            case FAILED -> {
                progress.setFailedArchivesCount(1);
                yield StatusCode.ARCHIVE_EXTRACT_FAILED;
            }
            case CANCELLED -> StatusCode.JOB_CANCELLED;
        };
        return InputsExtractionJob.newBuilder()
                .setId(extraction.id())
                .setStatus(Answers.of(status, extraction.details()))
                .setProgress(progress)
                .setCreatedAt(Times.stamp(extraction.createdAt()))
                .setModifiedAt(Times.stamp(extraction.modifiedAt()))
                .build();
    }
}
