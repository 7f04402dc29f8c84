package io.deeptrain.worker.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.evaluation.ImageReport;
import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.objective.Objective;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelCardTest {
    /** So many images show no concept. */
    private static final int NONE = 900;

    private static final Objective ONE_CONCEPT = new Objective.Classification(Activation.SOFTMAX);
    private static final Objective ANY_CONCEPTS = new Objective.Classification(Activation.SIGMOID);

    private static Publication publication(List<String> concepts, Split split, int images, double recall) {
        return publication("visual-classifier", ONE_CONCEPT, concepts, split, List.of(images, 49), images, recall);
    }

    private static Publication balanceOf(String modelType, Objective objective, int cats, int dogs) {
        return publication(
                modelType, objective, List.of("cat", "dog"), Split.TEST, List.of(cats, dogs), cats + dogs + NONE, 1);
    }

    private static Publication publication(
            String modelType,
            Objective objective,
            List<String> concepts,
            Split split,
            List<Integer> imagesOfConcepts,
            int images,
            double recall) {
        int found = (int) (10 * recall);
        ImageReport report = new ImageReport(
                split,
                20,
                0.75,
                List.of(new ConceptScore(concepts.getLast(), found, 0, 10 - found, 1, recall, recall)),
                List.of(),
                List.of());
        return new Publication(
                new TrainedModel("cifar-resnet-20", concepts, 32, objective, List.of()),
                report,
                new TrainingRecord(
                        new TrainingSpec(
                                modelType,
                                "classification_cifar10_v1",
                                Map.of("num_epochs", 2L),
                                concepts,
                                new StoredObject("manifest", "ab".repeat(32), 1),
                                images,
                                5,
                                1,
                                42),
                        images,
                        20,
                        1,
                        imagesOfConcepts,
                        NONE,
                        7,
                        9,
                        Completion.STOPPED_BY_TENANT,
                        Map.of("test_accuracy", 0.75)));
    }

    @Test
    void a_card_says_what_a_model_is_what_it_learned_from_and_how_good_it_is() {
        assertThat(ModelCard.of(publication(List.of("cat", "dog"), Split.TEST, 2_000, 0.9)))
                .isEqualTo("""
                # Model card

                Says which concepts an image shows: `visual-classifier`, template `classification_cifar10_v1`, network \
                `cifar-resnet-20`, for images of 32 x 32 pixels and 2 concepts.

                ## Data

                * 2000 images to learn from, 20 to test on, 1 inputs left out because they could not be read.
                * Manifest with the SHA-256 `%s`.

                | Concept | Images to learn from |
                | --- | --- |
                | cat | 2000 |
                | dog | 49 |

                ## Hyperparameters

                | Name | Value |
                | --- | --- |
                | `num_epochs` | 2 |
                | `seed` | 42 |

                7 of 9 steps were taken: the training was stopped, keeping what it had learned.

                ## Metrics

                | Name | Value |
                | --- | --- |
                | `test_accuracy` | 0.7500 |

                ## Limits

                * It knows the concepts above and no others; of an image that shows none of them it still says something.
                * What it was not trained on (other cameras, light, places) it has not been measured on either.
                * Shown by fewer than 50 images: dog.
                * Unbalanced: 'cat' has 2000 images to learn from, but 'dog' has 49; what has so few is often missed, \
                which metrics of the whole hide: compare those of each concept, and add such images.

                ## Files

                * `model.safetensors`: the weights, with what is needed to use them in its metadata.
                * `model.onnx`: the same network for ONNX Runtime and others. Input `images`: bytes, image x 3 x 32 x 32, red,
                  green, blue; normalisation is part of it. Outputs: `logits`, `probabilities`.
                * `run.json`: the training as it was asked for, its seed and data, and how it went.
                * `report.json`: the evaluation in full.
                * `unreadable.json`: the inputs that were left out, and why.
                """.formatted("ab".repeat(32)));
    }

    @Test
    void a_card_warns_of_few_images_missed_concepts_and_a_model_measured_on_what_it_learned_from() {
        assertThat(ModelCard.of(publication(List.of("cat", "dog"), Split.TRAIN, 999, 0.4)))
                .contains(
                        "* It was measured on the images that it learned from",
                        "* It learned from 999 images; at least 1000 are advised.",
                        "* Found less than half of the time: dog.");
        assertThat(ModelCard.of(publication(List.of("cat", "dog"), Split.TEST, 1_000, 0.5)))
                .doesNotContain("measured on the images", "are advised", "less than half");
    }

    @Test
    void a_card_tells_of_images_of_no_concept_where_each_concept_is_a_yes_or_no() {
        assertThat(ModelCard.of(balanceOf("visual-classifier", ANY_CONCEPTS, 100, 90)))
                .contains("* Unbalanced: 900 images to learn from show none of the concepts, but 'dog' has 90;")
                .doesNotContain("'cat' has");
        assertThat(ModelCard.of(balanceOf("visual-embedder", new Objective.Placement(Activation.SIGMOID), 100, 90)))
                .contains("* Unbalanced: ");
    }

    @Test
    void a_card_tells_of_no_images_of_no_concept_where_they_teach_nothing_or_are_added() {
        for (Publication other : List.of(
                balanceOf("visual-classifier", ONE_CONCEPT, 100, 90),
                balanceOf("embedding-classifier", ANY_CONCEPTS, 100, 90),
                balanceOf("visual-embedder", new Objective.Placement(Activation.SOFTMAX), 100, 90),
                balanceOf("visual-embedder", new Objective.AngularMargin(16, 0.2), 100, 90))) {
            assertThat(ModelCard.of(other)).doesNotContain("nbalanced");
        }
    }

    @Test
    void the_name_of_a_concept_is_text_and_no_markdown() {
        assertThat(ModelCard.of(publication(List.of("a|b", "<img src=x>\n# [Hi](http://x)"), Split.TEST, 10, 1)))
                .contains("| a\\|b | 10 |", "| \\<img src=x\\> \\# \\[Hi\\](http://x) | 49 |")
                .doesNotContain("\n# [Hi]");
    }
}
