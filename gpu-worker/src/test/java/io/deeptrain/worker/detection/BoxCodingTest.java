package io.deeptrain.worker.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BoxCodingTest {
    @Test
    void a_box_is_coded_in_units_of_its_anchor() {
        // Centres (20, 30) and (25, 26), sizes 20 x 40 and 40 x 20.
        assertThat(BoxCoding.encode(new Box(10, 10, 30, 50), new Box(5, 16, 45, 36)))
                .containsExactly(0.25f, -0.1f, (float) Math.log(2), (float) -Math.log(2));
    }

    @Test
    void what_was_coded_is_decoded() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 1_000; round++) {
            Box anchor = box(random);
            Box box = box(random);
            float[] coded = BoxCoding.encode(anchor, box);
            Box decoded = BoxCoding.decode(anchor, coded[0], coded[1], coded[2], coded[3]);
            assertThat(decoded.top()).isCloseTo(box.top(), within(1e-3));
            assertThat(decoded.left()).isCloseTo(box.left(), within(1e-3));
            assertThat(decoded.bottom()).isCloseTo(box.bottom(), within(1e-3));
            assertThat(decoded.right()).isCloseTo(box.right(), within(1e-3));
        }
    }

    @Test
    void no_number_makes_a_box_of_infinite_size() {
        Box decoded = BoxCoding.decode(new Box(-1, -1, 1, 1), 0, 0, 1e9, 5);
        assertThat(decoded.height()).isCloseTo(2 * BoxCoding.TIMES_MAX, within(1e-9));
        assertThat(decoded.width()).isCloseTo(2 * BoxCoding.TIMES_MAX, within(1e-9));
    }

    private static Box box(SplittableRandom random) {
        double top = random.nextDouble(100);
        double left = random.nextDouble(100);
        return new Box(top, left, top + random.nextDouble(5, 90), left + random.nextDouble(5, 90));
    }
}
