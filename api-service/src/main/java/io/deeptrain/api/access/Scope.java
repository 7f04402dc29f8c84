package io.deeptrain.api.access;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A permission that a key holds, under the name that clients know it by. */
public enum Scope {
    /** Every other scope. */
    ALL("All"),
    USERS_GET("Users_Get"),
    APPS_GET("Apps_Get"),
    APPS_ADD("Apps_Add"),
    APPS_DELETE("Apps_Delete"),
    KEYS_GET("Keys_Get"),
    KEYS_ADD("Keys_Add"),
    KEYS_DELETE("Keys_Delete"),
    INPUTS_GET("Inputs_Get"),
    INPUTS_ADD("Inputs_Add"),
    INPUTS_DELETE("Inputs_Delete"),
    UPLOADS_GET("Uploads_Get"),
    UPLOADS_ADD("Uploads_Add"),
    CONCEPTS_GET("Concepts_Get"),
    CONCEPTS_ADD("Concepts_Add"),
    ANNOTATIONS_GET("Annotations_Get"),
    ANNOTATIONS_ADD("Annotations_Add"),
    ANNOTATIONS_DELETE("Annotations_Delete"),
    DATASETS_GET("Datasets_Get"),
    DATASETS_ADD("Datasets_Add"),
    DATASETS_DELETE("Datasets_Delete"),
    SEARCH("Search"),
    MODELS_GET("Models_Get"),
    MODELS_ADD("Models_Add"),
    MODELS_TRAIN("Models_Train"),
    MODELS_DELETE("Models_Delete"),
    PREDICT("Predict"),
    METRICS_GET("Metrics_Get"),
    METRICS_ADD("Metrics_Add"),
    WORKFLOWS_GET("Workflows_Get"),
    WORKFLOWS_ADD("Workflows_Add"),
    WORKFLOWS_DELETE("Workflows_Delete");

    private final String publicName;

    Scope(String publicName) {
        this.publicName = publicName;
    }

    public String publicName() {
        return publicName;
    }

    public static Optional<Scope> named(String name) {
        return Arrays.stream(values())
                .filter(scope -> scope.publicName.equals(name))
                .findFirst();
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(Scope::publicName).toList();
    }
}
