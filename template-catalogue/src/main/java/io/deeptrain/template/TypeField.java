package io.deeptrain.template;

/**
 * One setting that a model type has whatever the template.
 *
 * @param path where its value goes in a request, as in {@code output_info.data.concepts}
 * @param defaultValue what it is when nobody says
 */
public record TypeField(String path, String description, Kind kind, Object defaultValue, boolean required) {
    public TypeField {
        if (path.indexOf('.') < 1) {
            throw new IllegalArgumentException("the path of a field must have at least two parts: " + path);
        }
    }

    /** What a client offers to fill the field with. */
    public sealed interface Kind {
        /** A value of its own. */
        record Setting(Domain domain) implements Kind {}

        /** Concepts of the app. */
        record Concepts() implements Kind {}

        /** A dataset of the app, by its id. */
        record DatasetId() implements Kind {}

        /** A version of that dataset, by its id. */
        record DatasetVersionId() implements Kind {}

        /** A model of the app's base workflow that makes embeddings. */
        record EmbedModel() implements Kind {}
    }

    /** The last part of the path. */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
