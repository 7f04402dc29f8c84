package io.deeptrain.video.adapter.jcodec;

import io.deeptrain.image.ImageFile;
import io.deeptrain.image.ImageFile.Reading;
import io.deeptrain.video.UnreadableVideoException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jcodec.codecs.h264.H264Decoder;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Size;

/** How the frames of a track are coded. */
sealed interface FrameCodec {
    /** As a user would say it. */
    String label();

    /** Whether other frames may need the frame. */
    boolean isReferredTo(ByteBuffer frame);

    /**
     * Begins at a key frame.
     *
     * @param side as in {@link io.deeptrain.video.Film#show}
     */
    Decoder decoder(Size coded, int side);

    /** Takes frames in their stored order. */
    interface Decoder {
        BufferedImage decode(ByteBuffer frame) throws IOException;

        /** Decodes a frame that is not shown, for the sake of those that refer to it. */
        void pass(ByteBuffer frame) throws IOException;
    }

    /**
     * ITU-T H.264 with Annex B start codes.
     *
     * @param parameters sequence and picture parameter sets
     */
    record H264(ByteBuffer parameters) implements FrameCodec {
        private static final int BLOCK = 16;
        private static final int SLICE = 1;
        private static final int SLICE_OF_KEY_FRAME = 5;
        private static final int TYPE = 0x1f;
        private static final int REFERENCE = 0x60;

        @Override
        public String label() {
            return "H.264";
        }

        /** By {@code nal_ref_idc} of the first slice. */
        @Override
        public boolean isReferredTo(ByteBuffer frame) {
            for (int i = frame.position(); i + 3 < frame.limit(); i++) {
                if (frame.get(i) == 0 && frame.get(i + 1) == 0 && frame.get(i + 2) == 1) {
                    int type = frame.get(i + 3) & TYPE;
                    if (type >= SLICE && type <= SLICE_OF_KEY_FRAME) {
                        return (frame.get(i + 3) & REFERENCE) != 0;
                    }
                }
            }
            return true;
        }

        @Override
        public Decoder decoder(Size coded, int side) {
            Colours colours = Colours.of(parameters);
            H264Decoder decoder = H264Decoder.createH264DecoderFromCodecPrivate(parameters.duplicate());
            // The decoder copies what later frames refer to: one buffer does for all.
            byte[][] buffer = Picture.create(
                            Math.ceilDiv(coded.getWidth(), BLOCK) * BLOCK,
                            Math.ceilDiv(coded.getHeight(), BLOCK) * BLOCK,
                            ColorSpace.YUV444)
                    .getData();
            return new Decoder() {
                @Override
                public BufferedImage decode(ByteBuffer frame) throws IOException {
                    Picture picture = decoder.decodeFrame(frame, buffer);
                    if (picture == null) {
                        throw new UnreadableVideoException("a frame holds no picture");
                    }
                    return colours.rgb(picture, side);
                }

                @Override
                public void pass(ByteBuffer frame) {
                    decoder.decodeFrame(frame, buffer);
                }
            };
        }
    }

    /** Each frame a JPEG of its own. */
    record MotionJpeg() implements FrameCodec {
        @Override
        public String label() {
            return "Motion JPEG";
        }

        @Override
        public boolean isReferredTo(ByteBuffer frame) {
            return false;
        }

        @Override
        public Decoder decoder(Size coded, int side) {
            return new Decoder() {
                @Override
                public BufferedImage decode(ByteBuffer frame) throws IOException {
                    byte[] bytes = new byte[frame.remaining()];
                    frame.get(bytes);
                    return switch (ImageFile.read(bytes, side)) {
                        case Reading.Image(BufferedImage image, var _, var _) -> image;
                        case Reading.Unreadable(String reason) -> throw new UnreadableVideoException(reason);
                    };
                }

                @Override
                public void pass(ByteBuffer frame) {}
            };
        }
    }
}
