package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.deeptrain.worker.detection.DetectorKinds;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.DetectorHead;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResNet50;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.onnx.OnnxModel;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Predictor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime, which knows nothing of this project, answers from an exported file what the worker answers. */
class OnnxAgreementTest {
    private static final int CONCEPTS = 7;
    private static final int SMALL = 32;
    /** Without padding where the publication has none. */
    private static final int PUBLISHED = 80;

    private static final int DETECTED = 96;
    private static final int IMAGES = 2;

    /** The default of {@code embeddings_size}. */
    private static final int ANGULAR = 512;

    private static final float TOLERANCE = 1e-4f;

    static List<String> classifiers() {
        return Architectures.templates();
    }

    static List<String> detectors() {
        return DetectorArchitectures.templates();
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void a_classifier_answers_the_same_from_its_exported_file(String template) throws Exception {
        Network network = Architectures.ofTemplate(template, CONCEPTS, SMALL).orElseThrow();
        requireAgreement(network, SMALL);
    }

    static Stream<Network> unpadded() {
        return Architectures.templates().stream()
                .filter(template -> !architecture(template, SMALL).equals(architecture(template, PUBLISHED)))
                .map(template ->
                        Architectures.ofTemplate(template, CONCEPTS, PUBLISHED).orElseThrow());
    }

    private static String architecture(String template, int size) {
        return Architectures.ofTemplate(template, CONCEPTS, size).orElseThrow().architecture();
    }

    @Test
    void each_inception_that_was_published_without_padding_has_two_forms() {
        assertThat(unpadded().map(Network::architecture))
                .containsExactly("inception-v2", "inception-v3", "inception-resnet-v2");
    }

    @ParameterizedTest
    @MethodSource("unpadded")
    void a_classifier_without_padding_answers_the_same_from_its_exported_file(Network network) throws Exception {
        requireAgreement(network, PUBLISHED);
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void a_detector_answers_the_same_from_its_exported_file(String template) throws Exception {
        DetectorHead head = DetectorKinds.of(template, true).head(2);
        requireAgreement(DetectorArchitectures.ofTemplate(template, 2, head).orElseThrow(), DETECTED);
    }

    static Stream<Network> embedders() {
        Network small = Architectures.named("cifar-resnet-20", CONCEPTS).orElseThrow();
        return Stream.of(
                Embeddings.angular(ResNet50.resnet(CONCEPTS), 64),
                Embeddings.angular(ResNet50.resnet(CONCEPTS), ANGULAR),
                Embeddings.placing(Architectures.ofTemplate("Clarifai_InceptionBatchNorm", CONCEPTS, SMALL)
                        .orElseThrow()),
                Embeddings.placing(Architectures.ofTemplate("Clarifai_ResNext", CONCEPTS, SMALL)
                        .orElseThrow()),
                Embeddings.transferred(small, 3));
    }

    @ParameterizedTest
    @MethodSource("embedders")
    void an_embedder_answers_the_same_from_its_exported_file(Network network) throws Exception {
        requireAgreement(network, SMALL);
    }

    @Test
    void every_kind_of_layer_means_in_the_exported_file_what_it_means_in_the_worker() throws Exception {
        Network network = TwoFormsTest.oneOfEach();
        requireAgreement(network, 33);
        requireAgreement(network, 64);
    }

    @Test
    void probabilities_are_what_the_activation_function_makes_of_the_logits() throws Exception {
        Network network = Architectures.named("cifar-resnet-20", CONCEPTS).orElseThrow();
        for (Activation activation : Activation.values()) {
            Answers answers = exported(network, TwoFormsTest.stirred(network), SMALL, activation, 1);
            float[] expected = answers.of(Network.LOGITS).clone();
            activation.apply(expected, 0, CONCEPTS);
            float[] actual = answers.of(OnnxModel.PROBABILITIES);
            requireClose(activation.name(), actual, expected);
        }
    }

    private static void requireAgreement(Network network, int size) throws Exception {
        List<Tensor> state = TwoFormsTest.stirred(network);
        Answers actual = exported(network, state, size, null, IMAGES);
        try (Predictor predictor = new DjlLearners(1).predictor(network, state)) {
            Map<String, float[]> expected = predictor
                    .answers(new Pixels(TwoForms.noise(IMAGES, size), IMAGES, size))
                    .outputs();
            assertThat(actual.outputs().keySet()).containsExactlyElementsOf(expected.keySet());
            expected.forEach((name, numbers) -> requireClose(name, actual.of(name), numbers));
        }
    }

    private static void requireClose(String name, float[] actual, float[] expected) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        float spread = 0;
        for (int n = 0; n < expected.length; n++) {
            assertThat(Math.abs(actual[n] - expected[n]))
                    .as("%s[%d], %s and %s", name, n, actual[n], expected[n])
                    .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(expected[n])));
            spread = Math.max(spread, Math.abs(expected[n] - expected[0]));
        }
        assertThat(spread).as("%s must not be the same everywhere", name).isPositive();
    }

    private static Answers exported(
            Network network, List<Tensor> state, int size, @Nullable Activation activation, int images)
            throws IOException, OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                InputStream file = OnnxModel.write(
                        network, state, size, Optional.ofNullable(activation), new TreeMap<>(Map.of("key", "text")))) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(file.readAllBytes(), options);
                    OnnxTensor input = OnnxTensor.createTensor(
                            environment,
                            TwoForms.noise(images, size),
                            new long[] {images, 3, size, size},
                            OnnxJavaType.UINT8);
                    OrtSession.Result result = session.run(Map.of(OnnxModel.IMAGES, input))) {
                assertThat(session.getMetadata().getCustomMetadata()).containsEntry("key", "text");
                Map<String, float[]> answers = new LinkedHashMap<>();
                for (Map.Entry<String, OnnxValue> output : result) {
                    FloatBuffer numbers = ((OnnxTensor) output.getValue()).getFloatBuffer();
                    float[] copy = new float[numbers.remaining()];
                    numbers.get(copy);
                    answers.put(output.getKey(), copy);
                }
                return new Answers(answers);
            }
        }
    }
}
