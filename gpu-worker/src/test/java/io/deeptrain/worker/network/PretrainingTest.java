package io.deeptrain.worker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PretrainingTest {
    private static final Network OF_THREE =
            Architectures.named("cifar-resnet-20", 3).orElseThrow();
    private static final List<Tensor> DRAWN = InitialWeights.of(OF_THREE, 1, Set.of());

    private static List<Tensor> learned() {
        Network ofTen = Architectures.named("cifar-resnet-20", 10).orElseThrow();
        return new ArrayList<>(InitialWeights.of(ofTen, 2, Set.of()));
    }

    @Test
    void the_backbone_is_what_was_learned_and_the_head_is_drawn() {
        List<Tensor> learned = learned();
        learned.addFirst(new Tensor("of.no.use", List.of(1), new float[1]));
        assertThat(Pretraining.of(OF_THREE, DRAWN, learned)).isInstanceOfSatisfying(Pretraining.Begun.class, begun -> {
            assertThat(OF_THREE.fits(begun.state())).isTrue();
            for (int n = 0; n < DRAWN.size(); n++) {
                boolean head = OF_THREE.tensors().get(n).part() instanceof Part.Head;
                assertThat(begun.state().get(n)).isEqualTo(head ? DRAWN.get(n) : learned.get(n + 1));
            }
        });
    }

    @Test
    void a_tensor_of_another_shape_is_named() {
        List<Tensor> learned = learned();
        Tensor first = learned.getFirst();
        learned.set(0, new Tensor(first.name(), List.of(first.values().length), first.values()));
        assertThat(Pretraining.of(OF_THREE, DRAWN, learned))
                .isEqualTo(new Pretraining.Unfit(
                        "%s has the shape [432] but must have [16, 3, 3, 3]".formatted(first.name())));
    }

    @Test
    void missing_tensors_are_counted_and_the_first_are_named() {
        List<Tensor> few = learned().subList(0, 1);
        long backbone = OF_THREE.tensors().stream()
                .filter(spec -> spec.part() instanceof Part.Backbone)
                .count();
        String[] names = OF_THREE.tensors().stream().map(TensorSpec::name).toArray(String[]::new);
        assertThat(Pretraining.of(OF_THREE, DRAWN, few))
                .isEqualTo(new Pretraining.Unfit("%d of the backbone's tensors are missing, as %s"
                        .formatted(
                                backbone - 1,
                                String.join(", ", Arrays.asList(names).subList(1, 6)))));
    }
}
