package io.deeptrain.standalone.adapter.process;

import io.deeptrain.standalone.adapter.process.PublicApi.Input;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small noisy images, half of them dark and half of them light. */
final class DrawnShades {
    static final List<String> CONCEPTS = List.of("dark", "light");
    private static final int SIDE = 32;
    private static final int OF_EACH = 60;
    private static final int DARK_MEAN = 70;
    private static final int LIGHT_MEAN = 180;
    private static final int NOISE = 60;
    private static final long SEED = 7;

    private DrawnShades() {}

    static List<Input> inputs() throws IOException {
        Random random = new Random(SEED);
        List<Input> inputs = new ArrayList<>();
        for (int number = 0; number < OF_EACH; number++) {
            inputs.add(new Input(draw(DARK_MEAN, random), "dark"));
            inputs.add(new Input(draw(LIGHT_MEAN, random), "light"));
        }
        return inputs;
    }

    private static String draw(int mean, Random random) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < SIDE; x++) {
            for (int y = 0; y < SIDE; y++) {
                int shade = mean + random.nextInt(-NOISE, NOISE);
                image.setRGB(x, y, shade << 16 | shade << 8 | shade);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return Base64.getEncoder().encodeToString(png.toByteArray());
    }
}
