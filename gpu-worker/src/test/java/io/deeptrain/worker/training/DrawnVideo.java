package io.deeptrain.worker.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jcodec.api.SequenceEncoder;
import org.jcodec.common.Codec;
import org.jcodec.common.Format;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Rational;

/** Videos of grey that grows brighter. */
public final class DrawnVideo {
    private static final int SIDE = 32;
    private static final int BRIGHTER = 10;

    private DrawnVideo() {}

    /** MP4 with H.264 of two frames a second. */
    public static byte[] mp4(int frames) {
        ByteBufferSeekableByteChannel file =
                ByteBufferSeekableByteChannel.writeToByteBuffer(ByteBuffer.allocate(1 << 20));
        try {
            SequenceEncoder encoder = new SequenceEncoder(file, Rational.R(2, 1), Format.MOV, Codec.H264, null);
            for (int frame = 0; frame < frames; frame++) {
                Picture picture = Picture.create(SIDE, SIDE, ColorSpace.RGB);
                Arrays.fill(picture.getPlaneData(0), (byte) (BRIGHTER * frame - 100));
                encoder.encodeNativeFrame(picture);
            }
            encoder.finish();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        ByteBuffer contents = file.getContents();
        byte[] bytes = new byte[contents.remaining()];
        contents.get(bytes);
        return bytes;
    }
}
