package io.deeptrain.image;

import io.deeptrain.image.ImageFile.Reading;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A process of a small heap that reads large images, several at once; the first thing it has no memory for ends it. */
final class LargeInSmallHeap {
    static final int AT_ONCE = 4;
    private static final int SIDE = 128;

    private LargeInSmallHeap() {}

    /** Prints what became of each image, in the order of {@link #files}. */
    public static void main(String[] arguments) throws Exception {
        List<byte[]> files = files();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Reading>> readings = files.stream()
                    .map(file -> threads.submit(() -> ImageFile.read(file, SIDE)))
                    .toList();
            for (Future<Reading> reading : readings) {
                System.out.println(
                        switch (reading.get()) {
                            case Reading.Image(var _, int width, int height) -> width + " x " + height;
                            case Reading.Unreadable(String reason) -> reason;
                        });
            }
        }
    }

    /** Of a few kilobytes each. */
    private static List<byte[]> files() throws IOException {
        ByteArrayOutputStream deep = new ByteArrayOutputStream();
        deep.writeBytes(Drawn.pngHeader(7_071, 7_071));
        deep.writeBytes(Drawn.pngZeros(7_071L * (1 + 3 * 7_071)));
        byte[] lossless = Drawn.webp(2_200, 2_200, Color.RED);
        byte[] lossy = Drawn.lossyWebp(1_100, 1_100);
        List<byte[]> files = new ArrayList<>(List.of(deep.toByteArray(), deep.toByteArray()));
        files.addAll(Collections.nCopies(AT_ONCE, lossy));
        files.addAll(Collections.nCopies(AT_ONCE, lossless));
        ByteArrayOutputStream wide = new ByteArrayOutputStream();
        wide.writeBytes(Drawn.pngHeader(49_000_000, 1));
        wide.writeBytes(Drawn.pngZeros(1 + 3 * 49_000_000L));
        files.addAll(List.of(wide.toByteArray(), Drawn.webp(7_071, 7_071, Color.RED), Drawn.lossyWebp(7_071, 7_071)));
        return files;
    }
}
