package io.deeptrain.worker.artifact;

import io.deeptrain.event.ClassBalance;
import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.evaluation.DetectionReport;
import io.deeptrain.worker.evaluation.DetectionReport.ObjectScore;
import io.deeptrain.worker.evaluation.ImageReport;
import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.objective.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What whoever is given a model should know of it, as a page of Markdown: data, hyperparameters, metrics and limits, as
 * Mitchell et al. 2019 ("Model cards for model reporting") advise.
 */
public final class ModelCard {
    /** Advised to users as the least for deep training. */
    static final int IMAGES_ADVISED = 1000;

    /** A concept with fewer images is told to have few. */
    static final int IMAGES_OF_CONCEPT_ADVISED = 50;

    /** A concept that is found less often is named. */
    static final double RECALL_LOW = 0.5;

    /** So many concepts are named in one sentence, and rows of a table written. */
    static final int LISTED_MAX = 100;

    private final Publication publication;
    private final TrainingRecord training;
    private final TrainingSpec spec;

    private ModelCard(Publication publication) {
        this.publication = publication;
        this.training = publication.training();
        this.spec = training.spec();
    }

    /** The page. */
    public static String of(Publication publication) {
        return new ModelCard(publication).page();
    }

    private String page() {
        TrainedModel model = publication.model();
        String template = spec.template().isEmpty() ? "" : ", template `%s`".formatted(spec.template());
        return """
                # Model card

                %s: `%s`%s, network `%s`, for images of %d x %d pixels and %d concepts.

                ## Data

                %s
                ## Hyperparameters

                %s
                ## Metrics

                %s
                ## Limits

                %s
                ## Files

                * `model.safetensors`: the weights, with what is needed to use them in its metadata.
                * `model.onnx`: the same network for ONNX Runtime and others. Input `images`: bytes, image x 3 x %d x %d, red,
                  green, blue; normalisation is part of it. Outputs: %s.
                * `run.json`: the training as it was asked for, its seed and data, and how it went.
                * `report.json`: the evaluation in full.
                * `unreadable.json`: the inputs that were left out, and why.
                %s""".formatted(
                        purpose(),
                        spec.modelTypeId(),
                        template,
                        model.architecture(),
                        model.imageSize(),
                        model.imageSize(),
                        model.concepts().size(),
                        data(),
                        hyperparameters(),
                        metrics(),
                        limits(),
                        model.imageSize(),
                        model.imageSize(),
                        outputs(),
                        publication.answers().count() > 0
                                ? "* `answers.jsonl`: of each image that was evaluated what it shows and what was said.\n"
                                : "");
    }

    private String purpose() {
        return switch (publication.model().objective()) {
            case Objective.Classification _ -> "Says which concepts an image shows";
            case Objective.Placement _, Objective.AngularMargin _ ->
                "Places images so that like ones are near each other";
            case Objective.ObjectDetection _ -> "Says where an image shows which concepts";
        };
    }

    private String data() {
        StringBuilder text = new StringBuilder("""
                * %d images to learn from, %d to test on, %d inputs left out because they could not be read.%s
                * Manifest with the SHA-256 `%s`.

                | Concept | Images to learn from |
                | --- | --- |
                """.formatted(
                        training.trainingImages(),
                        training.testImages(),
                        training.unreadable(),
                        unread(),
                        spec.manifest().sha256()));
        for (int n = 0; n < Math.min(spec.concepts().size(), LISTED_MAX); n++) {
            text.append("| %s | %d |\n"
                    .formatted(
                            plain(spec.concepts().get(n)),
                            training.imagesOfConcepts().get(n)));
        }
        if (spec.concepts().size() > LISTED_MAX) {
            text.append("\nand %d more concepts.\n".formatted(spec.concepts().size() - LISTED_MAX));
        }
        return text.toString();
    }

    private String unread() {
        return training.unread() == 0
                ? ""
                : "\n* %d inputs were not looked at: the training was to finish before.".formatted(training.unread());
    }

    private String hyperparameters() {
        StringBuilder text = new StringBuilder("| Name | Value |\n| --- | --- |\n");
        Map<String, Object> all = new TreeMap<>(spec.hyperparameters());
        all.put("seed", spec.seed());
        all.forEach((name, value) -> text.append("| `%s` | %s |\n".formatted(name, plain(String.valueOf(value)))));
        text.append("\n%d of %d steps were taken%s.\n"
                .formatted(training.steps(), training.stepsPlanned(), why(training.completion())));
        if (training.modelStep() < training.steps()) {
            text.append("The model is the best state that was measured, that after step %d.\n"
                    .formatted(training.modelStep()));
        }
        return text.toString();
    }

    private static String why(Completion completion) {
        return switch (completion) {
            case ALL_EPOCHS -> "";
            case NO_LONGER_IMPROVING -> ": the test images showed no more improvement";
            case STOPPED_BY_TENANT -> ": the training was stopped, keeping what it had learned";
            case BUDGET_REACHED -> ": the training's budget was reached";
            case RUN_TIME_REACHED -> ": the training had run for as long as one may";
        };
    }

    private String metrics() {
        StringBuilder text = new StringBuilder("| Name | Value |\n| --- | --- |\n");
        training.metrics()
                .forEach((name, value) ->
                        text.append("| `%s` | %s |\n".formatted(name, String.format(Locale.ROOT, "%.4f", value))));
        return text.toString();
    }

    private String limits() {
        List<String> limits = new ArrayList<>();
        limits.add(
                "It knows the concepts above and no others; of an image that shows none of them it still says something.");
        limits.add("What it was not trained on (other cameras, light, places) it has not been measured on either.");
        if (publication.report().split() == Split.TRAIN) {
            limits.add(
                    "It was measured on the images that it learned from: on others it is worse than the metrics say.");
        }
        if (training.trainingImages() < IMAGES_ADVISED) {
            limits.add("It learned from %d images; at least %d are advised."
                    .formatted(training.trainingImages(), IMAGES_ADVISED));
        }
        sparse().ifPresent(limits::add);
        balance().warning().map(warning -> plain(warning) + ".").ifPresent(limits::add);
        missed().ifPresent(limits::add);
        StringJoiner text = new StringJoiner("\n* ", "* ", "\n");
        limits.forEach(text::add);
        return text.toString();
    }

    private Optional<String> sparse() {
        List<String> few = new ArrayList<>();
        for (int n = 0; n < spec.concepts().size(); n++) {
            if (training.imagesOfConcepts().get(n) < IMAGES_OF_CONCEPT_ADVISED) {
                few.add(spec.concepts().get(n));
            }
        }
        return sentence("Shown by fewer than %d images: ".formatted(IMAGES_OF_CONCEPT_ADVISED), few);
    }

    private ClassBalance balance() {
        return new ClassBalance(
                spec.concepts(), training.imagesOfConcepts(), training.imagesOfNone(), learnsFromImagesOfNone());
    }

    /** Transfer learning may add images of nothing itself, and detectors see what is nothing in each image. */
    private boolean learnsFromImagesOfNone() {
        return switch (publication.model().objective()) {
            case Objective.Classification(Activation activation) ->
                activation == Activation.SIGMOID && !spec.modelTypeId().equals(TemplateCatalogue.EMBEDDING_CLASSIFIER);
            case Objective.Placement(Activation activation) -> activation == Activation.SIGMOID;
            case Objective.AngularMargin _, Objective.ObjectDetection _ -> false;
        };
    }

    private Optional<String> missed() {
        List<String> missed = switch (publication.report()) {
            case ImageReport report ->
                report.concepts().stream()
                        .filter(score -> score.truePositives() + score.falseNegatives() > 0)
                        .filter(score -> score.recall() < RECALL_LOW)
                        .map(ConceptScore::concept)
                        .toList();
            case DetectionReport report ->
                report.concepts().stream()
                        .filter(score -> score.truePositives() + score.falseNegatives() > 0)
                        .filter(score -> score.recall() < RECALL_LOW)
                        .map(ObjectScore::concept)
                        .toList();
        };
        return sentence("Found less than half of the time: ", missed);
    }

    private static Optional<String> sentence(String beginning, List<String> concepts) {
        if (concepts.isEmpty()) {
            return Optional.empty();
        }
        StringJoiner names = new StringJoiner(", ", beginning, ".");
        concepts.stream().limit(LISTED_MAX).map(ModelCard::plain).forEach(names::add);
        if (concepts.size() > LISTED_MAX) {
            names.add("and %d more".formatted(concepts.size() - LISTED_MAX));
        }
        return Optional.of(names.toString());
    }

    private String outputs() {
        StringJoiner names = new StringJoiner(", ");
        publication
                .model()
                .network()
                .orElseThrow()
                .outputs()
                .sequencedKeySet()
                .forEach(name -> names.add("`%s`".formatted(name)));
        if (publication.model().probabilities().isPresent()) {
            names.add("`probabilities`");
        }
        return names.toString();
    }

    /** Text of a tenant's as text, not as Markdown. */
    private static String plain(String text) {
        return text.replaceAll("[\\r\\n]+", " ").replaceAll("([\\\\`*_{}\\[\\]<>#|])", "\\\\$1");
    }
}
