package io.deeptrain.api.access;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The scope that each call of the contract asks of a key. It follows from the call's name, whose first word says what
 * is done and whose rest says to what.
 */
public final class RequiredScopes {
    /** Families by what the call's name goes on with after the verb. The first that fits counts. */
    private static final List<Family> FAMILIES = List.of(
            new Family("User", Scope.USERS_GET, Scope.USERS_GET, Scope.USERS_GET),
            new Family("AppKeys", Scope.KEYS_GET, Scope.KEYS_ADD, Scope.KEYS_DELETE),
            new Family("App", Scope.APPS_GET, Scope.APPS_ADD, Scope.APPS_DELETE),
            new Family("Key", Scope.KEYS_GET, Scope.KEYS_ADD, Scope.KEYS_DELETE),
            new Family("InputsSearches", Scope.SEARCH, Scope.SEARCH, Scope.SEARCH),
            new Family("Searches", Scope.SEARCH, Scope.SEARCH, Scope.SEARCH),
            new Family("BulkOperations", Scope.INPUTS_GET, Scope.INPUTS_ADD, Scope.INPUTS_DELETE),
            new Family("InputsUploads", Scope.UPLOADS_GET, Scope.UPLOADS_ADD, Scope.UPLOADS_ADD),
            new Family("Input", Scope.INPUTS_GET, Scope.INPUTS_ADD, Scope.INPUTS_DELETE),
            new Family("Upload", Scope.UPLOADS_GET, Scope.UPLOADS_ADD, Scope.UPLOADS_ADD),
            new Family("ConceptsSearches", Scope.CONCEPTS_GET, Scope.CONCEPTS_GET, Scope.CONCEPTS_GET),
            new Family("Concept", Scope.CONCEPTS_GET, Scope.CONCEPTS_ADD, Scope.CONCEPTS_ADD),
            new Family("Annotation", Scope.ANNOTATIONS_GET, Scope.ANNOTATIONS_ADD, Scope.ANNOTATIONS_DELETE),
            new Family("Dataset", Scope.DATASETS_GET, Scope.DATASETS_ADD, Scope.DATASETS_DELETE),
            new Family("ModelOutputs", Scope.PREDICT, Scope.PREDICT, Scope.PREDICT),
            new Family("ModelVersionMetrics", Scope.METRICS_GET, Scope.METRICS_ADD, Scope.METRICS_ADD),
            new Family("ModelVersionEvaluations", Scope.METRICS_GET, Scope.METRICS_ADD, Scope.METRICS_ADD),
            new Family("Evaluation", Scope.METRICS_GET, Scope.METRICS_ADD, Scope.METRICS_ADD),
            new Family("ModelVersionsTrainingTimeEstimate", Scope.MODELS_GET, Scope.MODELS_GET, Scope.MODELS_GET),
            new Family("ModelVersionExport", Scope.MODELS_GET, Scope.MODELS_GET, Scope.MODELS_GET),
            new Family("ModelVersion", Scope.MODELS_GET, Scope.MODELS_TRAIN, Scope.MODELS_DELETE),
            new Family("ModelsSearches", Scope.MODELS_GET, Scope.MODELS_GET, Scope.MODELS_GET),
            new Family("Model", Scope.MODELS_GET, Scope.MODELS_ADD, Scope.MODELS_DELETE),
            new Family("WorkflowResults", Scope.PREDICT, Scope.PREDICT, Scope.PREDICT),
            new Family("Workflow", Scope.WORKFLOWS_GET, Scope.WORKFLOWS_ADD, Scope.WORKFLOWS_DELETE),
            new Family("LogEntries", Scope.MODELS_GET, Scope.MODELS_GET, Scope.MODELS_GET));

    private static final List<String> READING = List.of("Get", "List");
    private static final List<String> WRITING = List.of("Post", "Put", "Patch", "Cancel");
    private static final String DELETING = "Delete";
    /** What a key may do is no secret to its owner, and what codes mean to nobody. */
    private static final Set<String> FREE = Set.of("MyScopes", "ListStatusCodes", "GetStatusCode");

    private record Family(String beginning, Scope reads, Scope writes, Scope deletes) {}

    private RequiredScopes() {}

    /**
     * The scope that a call asks for; nothing if any key may make it.
     *
     * @throws IllegalArgumentException if the name follows no pattern that is known here
     */
    public static Optional<Scope> of(String call) {
        if (FREE.contains(call)) {
            return Optional.empty();
        }
        for (String verb : READING) {
            if (call.startsWith(verb)) {
                return Optional.of(family(call, verb).reads());
            }
        }
        for (String verb : WRITING) {
            if (call.startsWith(verb)) {
                return Optional.of(family(call, verb).writes());
            }
        }
        return Optional.of(family(call, DELETING).deletes());
    }

    private static Family family(String call, String verb) {
        if (call.startsWith(verb)) {
            String rest = call.substring(verb.length());
            for (Family family : FAMILIES) {
                if (rest.startsWith(family.beginning())) {
                    return family;
                }
            }
        }
        throw new IllegalArgumentException("no scope is known for the call " + call);
    }
}
