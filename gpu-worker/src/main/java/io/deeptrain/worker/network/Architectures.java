package io.deeptrain.worker.network;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The networks that a worker can build, by template and by name. */
public final class Architectures {
    private static final int CIFAR_UNITS = 3;

    /** A network for so many concepts. */
    private interface Recipe {
        Network build(Borders borders, int concepts, double dropPathRate);
    }

    private record Template(String id, Recipe recipe) {}

    private static final List<Template> TEMPLATES = List.of(
            new Template("classification_cifar10_v1", (_, concepts, _) -> ResidualNetwork.cifar(CIFAR_UNITS, concepts)),
            new Template("classification_basemodel_v1", (_, concepts, _) -> ResNet50.resnext(concepts)),
            new Template("Clarifai_ResNext", (_, concepts, _) -> ResNet50.resnext(concepts)),
            new Template("Clarifai_InceptionBatchNorm", (_, concepts, _) -> BnInception.classifier(concepts)),
            new Template("Clarifai_InceptionV2", (borders, concepts, _) -> InceptionV3.v2(borders, concepts)),
            new Template(
                    "Clarifai_InceptionTransferEmbedNorm", (borders, concepts, _) -> InceptionV3.v3(borders, concepts)),
            new Template(
                    "Clarifai_InceptionResnetV2",
                    (borders, concepts, _) -> InceptionResnetV2.classifier(borders, concepts)),
            new Template(
                    "MMClassification_ResNet_50_RSB_A1",
                    (_, concepts, dropPathRate) -> ResNet50.resnet(concepts, dropPathRate)),
            new Template("MMClassification_ResNet_50", (_, concepts, _) -> ResNet50.resnet(concepts)));

    private static final List<Recipe> WITHOUT_TEMPLATE =
            List.of((borders, concepts, _) -> InceptionV4.classifier(borders, concepts));

    private Architectures() {}

    /** The templates of classifiers that {@link #ofTemplate} knows. */
    public static List<String> templates() {
        return TEMPLATES.stream().map(Template::id).toList();
    }

    /** The network of a template, for square images of one size. */
    public static Optional<Network> ofTemplate(String template, int concepts, int imageSize) {
        return ofTemplate(template, concepts, imageSize, 0);
    }

    /**
     * The same as it learns.
     *
     * @param dropPathRate how often its last unit is left out for an image; of those that have no such thing, 0
     */
    public static Optional<Network> ofTemplate(String template, int concepts, int imageSize, double dropPathRate) {
        return TEMPLATES.stream()
                .filter(known -> known.id().equals(template))
                .findFirst()
                .map(known -> known.recipe().build(Borders.of(imageSize), concepts, dropPathRate));
    }

    /** The network that a published model names. */
    public static Optional<Network> named(String architecture, int concepts) {
        return Embeddings.made(architecture, base -> named(base, concepts), concepts)
                .or(() -> recipe(architecture, concepts));
    }

    private static Optional<Network> recipe(String architecture, int concepts) {
        return recipes()
                .flatMap(recipe -> Stream.of(Borders.values()).map(borders -> recipe.build(borders, concepts, 0)))
                .filter(network -> network.architecture().equals(architecture))
                .findFirst();
    }

    private static Stream<Recipe> recipes() {
        return Stream.of(TEMPLATES.stream().map(Template::recipe), WITHOUT_TEMPLATE.stream())
                .flatMap(Function.identity());
    }
}
