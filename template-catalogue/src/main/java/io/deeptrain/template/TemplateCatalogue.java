package io.deeptrain.template;

import io.deeptrain.template.Domain.Choice;
import io.deeptrain.template.Domain.Flag;
import io.deeptrain.template.Domain.RealNumber;
import io.deeptrain.template.Domain.Text;
import io.deeptrain.template.Domain.WholeNumber;
import io.deeptrain.template.Template.TrainingCost;
import io.deeptrain.template.TypeField.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All model types and templates. Names, defaults and ranges are those that the public documentation gives; where it
 * gives none, the description says so. Templates whose only setting is a program of the tenant's own are left out:
 * workers run no code but ours.
 */
public final class TemplateCatalogue {
    /** The model type of a request that names none. */
    public static final String DEFAULT_MODEL_TYPE = "visual-classifier";

    /** The model types that are told apart elsewhere. */
    public static final String VISUAL_CLASSIFIER = "visual-classifier";

    public static final String VISUAL_DETECTOR = "visual-detector";
    public static final String VISUAL_EMBEDDER = "visual-embedder";
    public static final String EMBEDDING_CLASSIFIER = "embedding-classifier";

    /** Not measured: no worker of this release trains these templates, or what it takes depends on a base model. */
    static final TrainingCost UNMEASURED = new TrainingCost(0.085, 180);

    private static final String PARAMS = "train_info.params.";
    private static final String OUTPUT_CONFIG = "output_info.output_config.";
    private static final int NAME_MAX = 128;
    private static final long MAX_CONCEPTS = 1000;

    /** What every training has besides the hyperparameters of its template. */
    private static final List<Hyperparameter> OF_EVERY_TRAINING = List.of(
            new Hyperparameter(
                    "invalid_data_tolerance_percent",
                    "Training fails when a larger share of the images cannot be read.",
                    new WholeNumber(0, 100, 1),
                    5L),
            new Hyperparameter(
                    "max_cost_cents",
                    "Training stops before it costs more cents than this; 0 is no cap.",
                    new WholeNumber(0, 100_000_000, 1),
                    0L),
            new Hyperparameter(
                    "gpu_class",
                    "Trains only on GPUs that the operator has named so; empty: on any.",
                    new Text(NAME_MAX),
                    ""),
            new Hyperparameter(
                    "gpu_fraction",
                    "Below 1: trains on a slice of one GPU that is at least as large, and costs this part of its price.",
                    new RealNumber(0.001, 1),
                    1.0),
            new Hyperparameter(
                    "seed", "Of all that is random in the training.", new WholeNumber(0, Integer.MAX_VALUE, 1), 42L));

    private static final TypeField MUTUALLY_EXCLUSIVE = new TypeField(
            OUTPUT_CONFIG + "concepts_mutually_exclusive",
            "Whether exactly one concept is true of an image, or any number of them.",
            new Kind.Setting(new Flag()),
            false,
            false);

    private static final List<TypeField> INFERENCE = List.of(
            new TypeField(
                    OUTPUT_CONFIG + "max_concepts",
                    "A prediction shows so many concepts, the most probable; 0 is all.",
                    new Kind.Setting(new WholeNumber(0, MAX_CONCEPTS, 1)),
                    0L,
                    false),
            new TypeField(
                    OUTPUT_CONFIG + "min_value",
                    "A prediction leaves out concepts that are less probable.",
                    new Kind.Setting(new RealNumber(0, 1)),
                    0.0,
                    false));

    private static final List<ModelType> MODEL_TYPES = List.of(
            new ModelType(
                    VISUAL_CLASSIFIER,
                    "Visual Classifier",
                    "Classifies images and video frames into a set of concepts.",
                    fields(INFERENCE),
                    Classifiers.templates(),
                    Optional.empty()),
            new ModelType(
                    VISUAL_DETECTOR,
                    "Visual Detector",
                    "Detects bounding-box regions in images or video frames and classifies what is in them.",
                    fields(INFERENCE),
                    Detectors.templates(),
                    Optional.empty()),
            new ModelType(
                    VISUAL_EMBEDDER,
                    "Visual Embedder",
                    "Turns images and video frames into vectors for clustering, visual search and other models.",
                    fields(List.of()),
                    Embedders.templates(),
                    Optional.empty()),
            new ModelType(
                    EMBEDDING_CLASSIFIER,
                    "Transfer learning",
                    "A head on the embeddings of a base model: trains in seconds.",
                    embeddingClassifierFields(),
                    List.of(),
                    Optional.of(transferLearning())));

    private TemplateCatalogue() {}

    public static List<ModelType> modelTypes() {
        return MODEL_TYPES;
    }

    public static Optional<ModelType> modelType(String id) {
        return MODEL_TYPES.stream().filter(type -> type.id().equals(id)).findFirst();
    }

    /** What every training has besides the hyperparameters of its template. */
    public static List<Hyperparameter> ofEveryTraining() {
        return OF_EVERY_TRAINING;
    }

    /** A template that the workers of this release do not train. */
    static Template notRunYet(String id, String description, List<Hyperparameter> hyperparameters) {
        return template(id, description, hyperparameters, false, UNMEASURED);
    }

    /**
     * A template that the workers of this release train; they all learn on several GPUs, and know when to stop early.
     */
    static Template run(String id, String description, TrainingCost cost, List<Hyperparameter> hyperparameters) {
        List<Hyperparameter> all = new ArrayList<>(hyperparameters);
        all.add(Settings.gpus());
        all.add(Settings.gpusMin());
        all.add(Settings.earlyStoppingPatience());
        return template(id, description, all, true, cost);
    }

    /** Called also by the hyphen form of its name. */
    private static Template template(
            String id, String description, List<Hyperparameter> hyperparameters, boolean runnable, TrainingCost cost) {
        Set<String> aliases = new LinkedHashSet<>();
        aliases.add(id.replace('_', '-'));
        if (id.startsWith("Clarifai_")) {
            aliases.add(id.substring(id.indexOf('_') + 1));
        }
        aliases.remove(id);
        return new Template(id, List.copyOf(aliases), description, hyperparameters, runnable, cost);
    }

    private static Template transferLearning() {
        return new Template(
                "",
                List.of(),
                "A linear head on embeddings.",
                List.of(
                        new Hyperparameter(
                                "embed_model",
                                "The embedder or classifier of the app whose newest version makes the embeddings; empty"
                                        + " is that of the app's base workflow.",
                                new Text(NAME_MAX),
                                ""),
                        new Hyperparameter(
                                "enrich_dataset",
                                "Automatic adds a prepared set of negative embeddings, of images of noise, gradients and"
                                        + " blocks.",
                                new Choice(List.of("Automatic", "Disabled")),
                                "Automatic")),
                true,
                UNMEASURED);
    }

    private static List<TypeField> fields(List<TypeField> more) {
        List<TypeField> fields = new ArrayList<>();
        fields.add(new TypeField(
                "output_info.data.concepts",
                "The concepts that the model tells apart.",
                new Kind.Concepts(),
                List.of(),
                true));
        fields.add(new TypeField(
                PARAMS + "dataset_id",
                "The dataset to train on; empty is all labelled inputs of the app.",
                new Kind.DatasetId(),
                "",
                false));
        fields.add(new TypeField(
                PARAMS + "dataset_version_id",
                "The version of the dataset; empty is the dataset as it is now.",
                new Kind.DatasetVersionId(),
                "",
                false));
        OF_EVERY_TRAINING.forEach(setting -> fields.add(setting(setting)));
        fields.addAll(more);
        return fields;
    }

    private static List<TypeField> embeddingClassifierFields() {
        List<TypeField> more = new ArrayList<>();
        for (Hyperparameter hyperparameter : transferLearning().hyperparameters()) {
            TypeField field = setting(hyperparameter);
            more.add(
                    field.name().equals("embed_model")
                            ? new TypeField(field.path(), field.description(), new Kind.EmbedModel(), "", false)
                            : field);
        }
        more.add(MUTUALLY_EXCLUSIVE);
        more.addAll(INFERENCE);
        return fields(more);
    }

    private static TypeField setting(Hyperparameter hyperparameter) {
        return new TypeField(
                PARAMS + hyperparameter.name(),
                hyperparameter.description(),
                new Kind.Setting(hyperparameter.domain()),
                hyperparameter.defaultValue(),
                false);
    }
}
