package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.Extractions;
import io.deeptrain.api.adapter.postgres.Uploads;
import io.deeptrain.api.adapter.postgres.Uploads.StoredPart;
import io.deeptrain.api.adapter.postgres.Uploads.StoredUpload;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.upload.UploadParts;
import io.deeptrain.api.upload.UploadParts.Part;
import io.deeptrain.api.upload.UploadParts.Placement;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.InputsUpload;
import io.deeptrain.contract.MultiInputsAddJobResponse;
import io.deeptrain.contract.MultiUploadResponse;
import io.deeptrain.contract.PostInputsUploadsRequest;
import io.deeptrain.contract.PostUploadsRequest;
import io.deeptrain.contract.PutUploadContentPartsRequest;
import io.deeptrain.contract.SingleUploadResponse;
import io.deeptrain.contract.Upload;
import io.deeptrain.contract.UploadContentPart;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Calls about files that are sent in parts, and archives that become inputs. Parts may come in any order, over any
 * number of calls, and again after a failure; a call without parts tells where to go on.
 */
@ApplicationScoped
class UploadCalls {
    private static final int UPLOADS_MAX = 16;
    private static final int PARTS_PER_CALL_MAX = 100;
    private static final Duration KEPT = Duration.ofDays(1);

    private final Database database;
    private final UploadedBytes bytes;
    private final ExtractionWorker worker;

    UploadCalls(Database database, UploadedBytes bytes, ExtractionWorker worker) {
        this.database = database;
        this.bytes = bytes;
        this.worker = worker;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostUploads", PostUploadsRequest.class, this::post)
                .answer("PutUploadContentParts", PutUploadContentPartsRequest.class, this::put)
                .answer("PostInputsUploads", PostInputsUploadsRequest.class, this::extract);
    }

    private MultiUploadResponse post(Caller caller, PostUploadsRequest request) {
        requireCount("uploads", request.getUploadsCount());
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiUploadResponse.Builder answer =
                    MultiUploadResponse.newBuilder().setStatus(Answers.ok());
            for (Upload posted : request.getUploadsList()) {
                answer.addUploads(message(connection, tenant, created(connection, tenant, posted)));
            }
            return answer.build();
        });
    }

    private static StoredUpload created(Connection connection, Tenant tenant, Upload posted) throws SQLException {
        if (!posted.getContentUrl().isEmpty()) {
            throw invalid("content_url is '%s' but must be empty: send the content in parts"
                    .formatted(posted.getContentUrl()));
        }
        if (posted.getContentLength() < 1 || posted.getContentLength() > UploadParts.BYTES_MAX) {
            throw invalid("content_length is '%s' but must be from 1 to %d"
                    .formatted(Long.toUnsignedString(posted.getContentLength()), UploadParts.BYTES_MAX));
        }
        Instant now = Times.now();
        StoredUpload upload = new StoredUpload(
                Ids.givenOrFresh("uploads.id", posted.getId()),
                posted.getContentName(),
                posted.getContentLength(),
                now,
                now,
                now.plus(KEPT),
                Optional.empty());
        if (!Uploads.insert(connection, tenant, upload)) {
            throw new Refusal(StatusCode.DUPLICATE_KEY, "Upload '%s' exists already".formatted(upload.id()));
        }
        return upload;
    }

    /** Bytes are stored between two transactions. The first spares the bytes of parts that cannot be kept anyway. */
    private SingleUploadResponse put(Caller caller, PutUploadContentPartsRequest request) {
        if (request.getContentPartsCount() > PARTS_PER_CALL_MAX) {
            throw invalid("content_parts holds %d parts but must hold at most %d"
                    .formatted(request.getContentPartsCount(), PARTS_PER_CALL_MAX));
        }
        List<Part> asked = request.getContentPartsList().stream()
                .map(part -> new Part(part.getRangeStart(), part.getData().size()))
                .toList();
        String id = request.getUploadId();
        Tenant tenant = database.inTransaction(connection -> {
            Tenant found = Tenants.app(caller, request.getUserAppId());
            placed(Uploads.come(connection, found, live(Uploads.find(connection, found, id), id)), asked);
            return found;
        });
        List<StoredPart> stored = new ArrayList<>();
        for (UploadContentPart part : request.getContentPartsList()) {
            stored.add(new StoredPart(
                    new Part(part.getRangeStart(), part.getData().size()),
                    bytes.store(tenant, id, part.getData().toByteArray())));
        }
        List<StoredPart> unwanted = new ArrayList<>(stored);
        try {
            return database.inTransaction(connection -> {
                StoredUpload upload = live(Uploads.hold(connection, tenant, id), id);
                UploadParts before = Uploads.come(connection, tenant, upload);
                UploadParts after = placed(before, asked);
                List<StoredPart> fresh = new ArrayList<>();
                for (StoredPart part : stored) {
                    boolean known = before.parts().contains(part.part())
                            || fresh.stream().anyMatch(other -> other.part().equals(part.part()));
                    if (!known) {
                        fresh.add(part);
                    }
                }
                boolean complete = after.firstMissing().isEmpty();
                if (!fresh.isEmpty()) {
                    Uploads.add(connection, tenant, id, fresh, complete, Times.now());
                }
                unwanted.removeAll(fresh);
                if (complete) {
                    worker.wake();
                }
                return SingleUploadResponse.newBuilder()
                        .setStatus(Answers.ok())
                        .setUpload(message(
                                connection,
                                tenant,
                                Uploads.find(connection, tenant, id).orElseThrow()))
                        .build();
            });
        } finally {
            unwanted.forEach(part -> bytes.forget(part.objectKey()));
        }
    }

    /** The parts that have come once these have. */
    private static UploadParts placed(UploadParts before, List<Part> asked) {
        UploadParts parts = before;
        for (Part part : asked) {
            switch (parts.place(part)) {
                case Placement.Fits(UploadParts after) -> parts = after;
                case Placement.Repeats() -> {}
                case Placement.Refused(String reason) -> throw new Refusal(StatusCode.UPLOAD_CONFLICT, reason);
            }
        }
        return parts;
    }

    private static StoredUpload live(Optional<StoredUpload> found, String id) {
        StoredUpload upload = found.orElseThrow(
                () -> new Refusal(StatusCode.DOES_NOT_EXIST, "Upload '%s' does not exist".formatted(id)));
        if (upload.expiresAt().isBefore(Times.now())) {
            throw new Refusal(StatusCode.UPLOAD_EXPIRED, "Upload '%s' expired at %s".formatted(id, upload.expiresAt()));
        }
        return upload;
    }

    /** An archive is taken apart once all of it has come. */
    private MultiInputsAddJobResponse extract(Caller caller, PostInputsUploadsRequest request) {
        requireCount("inputs_uploads", request.getInputsUploadsCount());
        MultiInputsAddJobResponse answer = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiInputsAddJobResponse.Builder jobs =
                    MultiInputsAddJobResponse.newBuilder().setStatus(Answers.ok());
            for (InputsUpload asked : request.getInputsUploadsList()) {
                requireTemplate(connection, tenant, "inputs_uploads", asked.getInputTemplate());
                StoredUpload upload = asked.getUpload().getId().isEmpty()
                        ? created(connection, tenant, asked.getUpload())
                        : live(
                                Uploads.find(
                                        connection, tenant, asked.getUpload().getId()),
                                asked.getUpload().getId());
                Instant now = Times.now();
                String jobId = Ids.givenOrFresh("inputs_uploads.inputs_add_job_id", asked.getInputsAddJobId());
                AddJobCalls.open(connection, tenant, jobId, now);
                Extractions.insert(
                        connection,
                        tenant,
                        Ids.fresh(),
                        jobId,
                        upload.id(),
                        "",
                        asked.getInputTemplate().toByteArray(),
                        now);
                jobs.addInputsAddJobs(AddJobCalls.found(connection, tenant, jobId));
            }
            return jobs.build();
        });
        worker.wake();
        return answer;
    }

    /** @param what holds the template, in the request */
    static void requireTemplate(Connection connection, Tenant tenant, String what, Input template) throws SQLException {
        if (!template.getId().isEmpty() || template.getData().hasImage()) {
            throw new Refusal(
                    StatusCode.INPUT_INVALID_REQUEST,
                    what + ".input_template must have neither id nor data.image, which each input has of its own");
        }
        InputMessages.contents(template.getData());
        InputMessages.geo(template.getData());
        InputMessages.metadata(template.getData());
        Set<String> known = Datasets.known(connection, tenant, template.getDatasetIdsList());
        for (String dataset : template.getDatasetIdsList()) {
            if (!known.contains(dataset)) {
                throw new Refusal(
                        StatusCode.INPUT_INVALID_REQUEST,
                        "%s.input_template.dataset_ids is '%s' but must name a dataset of this app"
                                .formatted(what, dataset));
            }
        }
    }

    private static void requireCount(String what, int count) {
        if (count == 0 || count > UPLOADS_MAX) {
            throw invalid("%s holds %d uploads but must hold 1 to %d".formatted(what, count, UPLOADS_MAX));
        }
    }

    private static Refusal invalid(String details) {
        return new Refusal(StatusCode.UPLOAD_FAILED, details);
    }

    static Upload message(Connection connection, Tenant tenant, StoredUpload upload) throws SQLException {
        UploadParts come = Uploads.come(connection, tenant, upload);
        Status status = come.firstMissing()
                .map(missing -> Answers.of(
                        StatusCode.UPLOAD_IN_PROGRESS, "The first byte that is missing is %d".formatted(missing)))
                .orElse(Answers.of(StatusCode.UPLOAD_DONE, ""));
        return Upload.newBuilder()
                .setId(upload.id())
                .setContentName(upload.contentName())
                .setContentLength(upload.contentLength())
                .setCreatedAt(Times.stamp(upload.createdAt()))
                .setModifiedAt(Times.stamp(upload.modifiedAt()))
                .setExpiresAt(Times.stamp(upload.expiresAt()))
                .setStatus(status.toBuilder().setPercentCompleted(come.percent()))
                .build();
    }
}
