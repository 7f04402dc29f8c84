package io.deeptrain.worker.network;

import java.util.Optional;

/** The networks that a worker can build, by template and by name. */
public final class Architectures {
    private static final String CIFAR_TEMPLATE = "classification_cifar10_v1";
    private static final int CIFAR_UNITS = 3;

    private Architectures() {}

    public static Optional<Network> ofTemplate(String template, int concepts) {
        return CIFAR_TEMPLATE.equals(template)
                ? Optional.of(ResidualNetwork.cifar(CIFAR_UNITS, concepts))
                : Optional.empty();
    }

    /** The network that a published model names. */
    public static Optional<Network> named(String architecture, int concepts) {
        return ofTemplate(CIFAR_TEMPLATE, concepts)
                .filter(network -> network.architecture().equals(architecture));
    }
}
