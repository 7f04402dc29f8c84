package io.deeptrain.video;

import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.w3c.dom.Element;

/**
 * An animated GIF (GIF89a). Each of its images is a patch on the one before; what is clear is shown white. A patch that
 * asks for less than 20 ms is shown for 100, as browsers do.
 */
public final class GifFilm implements Film {
    private static final String IMAGE_FORMAT = "javax_imageio_gif_image_1.0";
    private static final String STREAM_FORMAT = "javax_imageio_gif_stream_1.0";
    private static final int MILLIS_OF_DELAY = 10;
    private static final int MILLIS_LEAST = 20;
    private static final int MILLIS_OF_HASTE = 100;

    private enum After {
        STAYS,
        IS_CLEARED,
        IS_UNDONE
    }

    private record Patch(int left, int top, After after) {}

    private final byte[] file;
    private final Clip clip;
    private final long[] startMillis;
    private final List<Patch> patches;

    private GifFilm(byte[] file, Clip clip, long[] startMillis, List<Patch> patches) {
        this.file = file;
        this.clip = clip;
        this.startMillis = startMillis;
        this.patches = patches;
    }

    public static boolean is(byte[] file) {
        return file.length > 3 && file[0] == 'G' && file[1] == 'I' && file[2] == 'F' && file[3] == '8';
    }

    /** Looks at the notes of all its images. */
    public static GifFilm of(byte[] file) throws IOException {
        ImageReader reader = reader(file);
        try {
            IIOMetadata stream = Optional.ofNullable(reader.getStreamMetadata())
                    .orElseThrow(() -> new UnreadableVideoException("the GIF does not say how large it is"));
            Element screen = (Element) ((Element) stream.getAsTree(STREAM_FORMAT))
                    .getElementsByTagName("LogicalScreenDescriptor")
                    .item(0);
            int width = number(screen, "logicalScreenWidth");
            int height = number(screen, "logicalScreenHeight");
            require(VideoLimits.problemOfSize(width, height));
            List<Patch> patches = new ArrayList<>();
            List<Long> starts = new ArrayList<>();
            long millis = 0;
            int count = reader.getNumImages(true);
            require(VideoLimits.problemOfLength(0, count));
            for (int image = 0; image < count; image++) {
                Element notes = (Element) reader.getImageMetadata(image).getAsTree(IMAGE_FORMAT);
                Element place =
                        (Element) notes.getElementsByTagName("ImageDescriptor").item(0);
                Element control = (Element)
                        notes.getElementsByTagName("GraphicControlExtension").item(0);
                patches.add(new Patch(
                        number(place, "imageLeftPosition"), number(place, "imageTopPosition"), after(control)));
                starts.add(millis);
                millis += delay(control);
            }
            require(VideoLimits.problemOfLength(millis, count));
            return new GifFilm(
                    file,
                    new Clip("animated GIF", width, height, count, millis),
                    starts.stream().mapToLong(Long::longValue).toArray(),
                    patches);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReader reader(byte[] file) {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)), false, false);
        return reader;
    }

    private static void require(Optional<String> problem) throws UnreadableVideoException {
        if (problem.isPresent()) {
            throw new UnreadableVideoException(problem.get());
        }
    }

    private static int number(Element element, String attribute) {
        return Integer.parseInt(element.getAttribute(attribute));
    }

    private static long delay(Element control) {
        long millis = control == null ? 0 : (long) MILLIS_OF_DELAY * number(control, "delayTime");
        return millis < MILLIS_LEAST ? MILLIS_OF_HASTE : millis;
    }

    private static After after(Element control) {
        return switch (control == null ? "" : control.getAttribute("disposalMethod")) {
            case "restoreToBackgroundColor" -> After.IS_CLEARED;
            case "restoreToPrevious" -> After.IS_UNDONE;
            default -> After.STAYS;
        };
    }

    @Override
    public Clip clip() {
        return clip;
    }

    @Override
    public long[] startMillis() {
        return Arrays.copyOf(startMillis, startMillis.length);
    }

    /** All frames up to the last moment are painted, for each needs the one before. */
    @Override
    public void show(List<Moment> moments, int side, Screen screen) throws IOException {
        ImageReader reader = reader(file);
        try {
            BufferedImage canvas = new BufferedImage(clip.width(), clip.height(), BufferedImage.TYPE_INT_ARGB);
            int painted = -1;
            BufferedImage after = canvas;
            for (Moment moment : moments) {
                while (painted < moment.frame()) {
                    painted++;
                    canvas = after;
                    Patch patch = patches.get(painted);
                    BufferedImage before = patch.after() == After.IS_UNDONE ? copy(canvas) : canvas;
                    BufferedImage image = reader.read(painted);
                    paint(canvas, image, patch);
                    after = switch (patch.after()) {
                        case STAYS -> canvas;
                        case IS_UNDONE -> before;
                        case IS_CLEARED -> cleared(canvas, image, patch);
                    };
                }
                screen.show(moment, seen(canvas, side));
            }
        } finally {
            reader.dispose();
        }
    }

    private static void paint(BufferedImage canvas, BufferedImage image, Patch patch) {
        Graphics2D pen = canvas.createGraphics();
        pen.drawImage(image, patch.left(), patch.top(), null);
        pen.dispose();
    }

    private static BufferedImage copy(BufferedImage canvas) {
        BufferedImage copy = new BufferedImage(canvas.getWidth(), canvas.getHeight(), canvas.getType());
        canvas.copyData(copy.getRaster());
        return copy;
    }

    private static BufferedImage cleared(BufferedImage canvas, BufferedImage image, Patch patch) {
        BufferedImage cleared = copy(canvas);
        Graphics2D pen = cleared.createGraphics();
        pen.setComposite(AlphaComposite.Clear);
        pen.fillRect(patch.left(), patch.top(), image.getWidth(), image.getHeight());
        pen.dispose();
        return cleared;
    }

    private static BufferedImage seen(BufferedImage canvas, int side) {
        int width = Math.ceilDiv(canvas.getWidth(), Math.max(1, canvas.getWidth() / side));
        int height = Math.ceilDiv(canvas.getHeight(), Math.max(1, canvas.getHeight() / side));
        BufferedImage seen = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = seen.createGraphics();
        pen.drawImage(canvas, 0, 0, width, height, Color.WHITE, null);
        pen.dispose();
        return seen;
    }
}
