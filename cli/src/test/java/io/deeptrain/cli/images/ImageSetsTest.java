package io.deeptrain.cli.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetsTest {
    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;

    @TempDir
    Path folder;

    @Test
    void the_build_carries_ten_thousand_digits_and_any_prefix_holds_every_digit_equally_often() throws Exception {
        ImageSet digits = ImageSets.digits();

        assertThat(digits.training().size() + digits.heldOut().size()).isEqualTo(10_000);
        assertThat(digits.labels()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(digits.first(20, 10).training())
                .extracting(LabelledImage::label)
                .containsExactly(
                        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "1", "2", "3", "4", "5", "6", "7", "8",
                        "9");
        assertThat(digits.heldOut())
                .extracting(LabelledImage::name)
                .doesNotContainAnyElementsOf(
                        digits.training().stream().map(LabelledImage::name).toList());
    }

    @Test
    void a_digit_is_a_grey_png_of_28_pixels() throws Exception {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(
                ImageSets.digits().training().getFirst().content().read()));

        assertThat(List.of(image.getWidth(), image.getHeight(), image.getType()))
                .containsExactly(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    }

    @Test
    void class_folders_are_split_one_in_five_of_each_class() throws Exception {
        write("cat", 5);
        write("dog", 10);

        ImageSet set = ImageSets.open(folder);

        assertThat(set.training())
                .extracting(LabelledImage::name)
                .startsWith("cat/0.png", "dog/0.png", "cat/1.png", "dog/1.png")
                .hasSize(12);
        assertThat(set.heldOut())
                .extracting(LabelledImage::name)
                .containsExactly("cat/4.png", "dog/4.png", "dog/9.png");
    }

    @Test
    void a_part_for_testing_is_held_out_as_it_is() throws Exception {
        write("train/cat", 2);
        write("train/dog", 1);
        write("test/cat", 1);

        ImageSet set = ImageSets.open(folder);

        assertThat(set.training())
                .extracting(LabelledImage::name)
                .containsExactly("train/cat/0.png", "train/dog/0.png", "train/cat/1.png");
        assertThat(set.heldOut()).extracting(LabelledImage::name).containsExactly("test/cat/0.png");
    }

    @Test
    void idx_files_are_read_as_debian_lays_out_fashion_mnist() throws Exception {
        Path fashion = Files.createDirectory(folder.resolve("fashion-mnist"));
        idxPair(fashion, "train", 9, 0, 9);
        idxPair(fashion, "t10k", 0);

        ImageSet set = ImageSets.open(fashion);

        assertThat(set.training())
                .extracting(LabelledImage::name, LabelledImage::label)
                .containsExactly(
                        tuple("train-00000", "Ankle-boot"),
                        tuple("train-00001", "T-shirt"),
                        tuple("train-00002", "Ankle-boot"));
        assertThat(set.heldOut()).extracting(LabelledImage::name).containsExactly("test-00000");
    }

    @Test
    void an_idx_file_that_ends_too_early_is_named_with_what_is_missing() throws Exception {
        idxPair(folder, "train", 1, 2);
        gzip(folder.resolve("train-images-idx3-ubyte.gz"), ints(IMAGES_MAGIC, 2, 2, 2), new byte[] {1, 2, 3, 4, 5});

        assertThat(failure(folder))
                .hasMessage(folder.resolve("train-images-idx3-ubyte.gz")
                        + ": ends after image 1 of the 2 that it announces");
    }

    @Test
    void images_and_labels_of_different_number_are_refused() throws Exception {
        idxPair(folder, "train", 1, 2);
        gzip(folder.resolve("train-labels-idx1-ubyte.gz"), ints(LABELS_MAGIC, 3), new byte[] {1, 2, 3});

        assertThat(failure(folder)).hasMessageContaining("holds 2 images, but").hasMessageEndingWith("holds 3 labels");
    }

    @Test
    void a_file_that_is_not_gzipped_is_refused() throws Exception {
        idxPair(folder, "train", 1);
        Files.writeString(folder.resolve("train-labels-idx1-ubyte.gz"), "not gzipped");

        assertThat(failure(folder)).hasMessageContaining("train-labels-idx1-ubyte.gz: is not gzipped, or damaged");
    }

    @Test
    void a_file_of_another_kind_is_refused() throws Exception {
        idxPair(folder, "train", 1);
        gzip(folder.resolve("train-labels-idx1-ubyte.gz"), ints(IMAGES_MAGIC, 1), new byte[] {1});

        assertThat(failure(folder))
                .hasMessageEndingWith("begins with 0x803, but an IDX file of labels begins with 0x801");
    }

    @Test
    void an_announced_size_outside_the_limits_is_refused_before_anything_is_read() throws Exception {
        idxPair(folder, "train", 1);
        gzip(folder.resolve("train-images-idx3-ubyte.gz"), ints(IMAGES_MAGIC, 1, 1_025, 1), new byte[0]);

        assertThat(failure(folder)).hasMessageEndingWith("has a height of 1,025, outside 1 to 1,024");
    }

    @Test
    void one_class_alone_cannot_be_told_from_anything() throws Exception {
        write("cat", 3);

        assertThat(failure(folder)).hasMessage(folder + ": holds images of one class only: [cat]");
    }

    @Test
    void a_folder_without_images_says_how_to_lay_them_out() {
        UnreadableImagesException failure = failure(folder);

        assertThat(failure).hasMessage(folder + ": holds no images in class folders");
        assertThat(failure.fix()).startsWith("Lay the images out as FOLDER/CLASS/IMAGE.png");
    }

    @Test
    void a_folder_that_does_not_exist_is_said_to() {
        assertThat(failure(folder.resolve("nowhere"))).hasMessageEndingWith("nowhere: does not exist");
    }

    private static UnreadableImagesException failure(Path place) {
        return catchThrowableOfType(UnreadableImagesException.class, () -> ImageSets.open(place));
    }

    private void write(String classFolder, int count) throws IOException {
        Path target = Files.createDirectories(folder.resolve(classFolder));
        for (int i = 0; i < count; i++) {
            Files.write(target.resolve(i + ".png"), new byte[] {1});
        }
    }

    private static void idxPair(Path target, String prefix, int... labels) throws IOException {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < labels.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        gzip(
                target.resolve(prefix + "-images-idx3-ubyte.gz"),
                ints(IMAGES_MAGIC, labels.length, 2, 2),
                new byte[4 * labels.length]);
        gzip(target.resolve(prefix + "-labels-idx1-ubyte.gz"), ints(LABELS_MAGIC, labels.length), bytes);
    }

    private static byte[] ints(int... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES * numbers.length);
        Arrays.stream(numbers).forEach(buffer::putInt);
        return buffer.array();
    }

    private static void gzip(Path target, byte[] header, byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(header);
            out.write(body);
        }
        Files.write(target, bytes.toByteArray());
    }
}
