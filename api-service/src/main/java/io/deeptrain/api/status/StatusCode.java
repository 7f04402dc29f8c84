package io.deeptrain.api.status;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every status that this service answers with: its public code, its description, and the HTTP status that goes with it.
 * Over gRPC each of them is a successful call with the status inside.
 */
public enum StatusCode {
    SUCCESS(10000, "Ok", 200),
    MIXED_STATUS(10010, "Mixed Success", 207),
    FAILURE(10020, "Failure", 400),
    NOT_IMPLEMENTED(10040, "Not implemented", 501),
    RATE_LIMITED(11005, "Too many requests", 429),
    KEY_INSUFFICIENT_SCOPES(11007, "API key has insufficient scopes", 403),
    KEY_INVALID(11008, "API key is invalid", 401),
    KEY_NOT_FOUND(11009, "API key not found", 401),
    BAD_REQUEST_FORMAT(11100, "Bad request format", 400),
    DOES_NOT_EXIST(11101, "Resource does not exist", 404),
    INVALID_AUTHORIZATION(11102, "Invalid request", 401),
    METHOD_NOT_ALLOWED(11103, "Method not allowed", 405),
    MODEL_TRAINED(21100, "Model trained successfully", 200),
    MODEL_TRAINING(21101, "Model is training", 200),
    MODEL_UNTRAINED(21102, "Model not yet trained", 200),
    MODEL_QUEUED_FOR_TRAINING(21103, "Model is currently in queue for training.", 200),
    MODEL_TRAINING_FAILED(21106, "Model training had failed", 200),
    MODEL_TRAINING_NO_DATA(21110, "Model training had no data", 400),
    MODEL_TRAINING_NO_POSITIVES(21111, "There are no positive examples", 400),
    MODEL_TRAINING_INVALID_PARAMS(21118, "Training parameters are invalid", 400),
    MODEL_DOES_NOT_EXIST(21200, "Model does not exist", 404),
    MODEL_INVALID_ARGUMENT(21202, "Model argument is invalid", 400),
    MODEL_INVALID_REQUEST(21203, "Model request is invalid", 400),
    MODEL_EVALUATED(21300, "Model was successfully evaluated.", 200),
    MODEL_EVALUATING(21301, "Model is evaluating", 200),
    MODEL_NOT_EVALUATED(21302, "Model is not evaluated", 200),
    MODEL_QUEUED_FOR_EVALUATION(21303, "Model is queued for evaluation", 200),
    MODEL_PREDICTION_FAILED(21313, "Model prediction failed", 400),
    MODEL_EVALUATION_FAILED(21317, "Model evaluation failed", 400),
    MODEL_BUSY_PLEASE_RETRY(21354, "Model is busy, please retry", 503),
    MODEL_EXPORTED(21500, "Model was exported", 200),
    MODEL_EXPORTING(21501, "Model is exporting", 200),
    MODEL_EXPORTING_FAILED(21502, "Model could not be exported", 400),
    MODEL_EXPORT_PENDING(21503, "Model is queued for export", 200),
    WORKFLOW_NO_MATCHING_INPUT(22001, "A node of the workflow has no input", 400),
    WORKFLOW_REQUIRE_TRAINED_MODEL(22002, "The workflow needs a trained model", 400),
    WORKFLOW_DOES_NOT_EXIST(22102, "Workflow does not exist", 404),
    WORKFLOW_INVALID_ARGUMENT(22104, "Workflow argument is invalid", 400),
    WORKFLOW_INVALID_GRAPH(22107, "Workflow graph is invalid", 400),
    INPUT_DOWNLOAD_SUCCESS(30000, "Download complete", 200),
    INPUT_DOWNLOAD_PENDING(30001, "Download pending", 200),
    INPUT_DOWNLOAD_FAILED(30002, "Download failed", 400),
    INPUT_DUPLICATE(30100, "Input already exists", 400),
    INPUT_DOES_NOT_EXIST(30102, "Input does not exist", 404),
    INPUT_INVALID(30104, "Input is invalid", 400),
    INPUT_INVALID_REQUEST(39999, "Input request is invalid", 400),
    PREDICT_INVALID_REQUEST(40001, "Predict request is invalid", 400),
    SEARCH_INVALID_REQUEST(40002, "Search request is invalid", 400),
    CONCEPTS_INVALID_REQUEST(40003, "Concept request is invalid", 400),
    DUPLICATE_KEY(40010, "Identifier is already in use", 409),
    IDEMPOTENCY_KEY_REUSED(40011, "Idempotency key was used for another request", 422),
    CHANGED_MEANWHILE(40012, "Resource was changed meanwhile", 412),
    UNAVAILABLE(40031, "Service is unavailable, please retry", 503),
    REQUEST_TOO_LARGE(40033, "Request is too large", 413),
    CONCEPT_OK(23150, "OK", 200),
    ANNOTATION_OK(24150, "OK", 200),
    ANNOTATION_INVALID(24155, "Annotation is invalid", 400),
    BULK_OPERATION_DONE(25400, "Bulk operation is done", 200),
    BULK_OPERATION_INVALID_REQUEST(25404, "Bulk operation request is invalid", 400),
    JOB_QUEUED(64000, "Job is queued to be run", 200),
    JOB_RUNNING(64001, "Job is running", 200),
    JOB_COMPLETED(64002, "Job is completed", 200),
    JOB_FAILED(64003, "Job failed", 200),
    JOB_CANCELLED(64004, "Job is cancelled", 200),
    DATASET_VERSION_READY(64015, "Dataset version is ready", 200),
    ARCHIVE_EXTRACT_FAILED(67000, "Archive could not be taken apart", 400),
    UPLOAD_IN_PROGRESS(68000, "Upload is in progress", 200),
    UPLOAD_DONE(68001, "Upload is done", 200),
    UPLOAD_FAILED(68002, "Upload request is invalid", 400),
    UPLOAD_EXPIRED(68004, "Upload has expired", 400),
    UPLOAD_CONFLICT(68006, "Upload part conflicts with another", 409),
    BUDGET_EXCEEDED(69001, "The budget does not allow this", 402),
    LOG_INVALID_REQUEST(70000, "Log request is invalid", 400),
    INTERNAL_ERROR(99009, "Internal error", 500);

    private final int code;
    private final String description;
    private final int httpStatus;

    StatusCode(int code, String description, int httpStatus) {
        this.code = code;
        this.description = description;
        this.httpStatus = httpStatus;
    }

    public int code() {
        return code;
    }

    public String description() {
        return description;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public static Optional<StatusCode> of(int code) {
        return Arrays.stream(values()).filter(status -> status.code == code).findFirst();
    }
}
