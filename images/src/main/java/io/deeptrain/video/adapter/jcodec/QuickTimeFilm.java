package io.deeptrain.video.adapter.jcodec;

import io.deeptrain.image.Orientation;
import io.deeptrain.video.Clip;
import io.deeptrain.video.Film;
import io.deeptrain.video.Moment;
import io.deeptrain.video.UnreadableVideoException;
import io.deeptrain.video.VideoLimits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jcodec.common.Codec;
import org.jcodec.common.DemuxerTrackMeta;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.Packet;
import org.jcodec.common.model.Size;
import org.jcodec.containers.mp4.MP4Packet;
import org.jcodec.containers.mp4.demuxer.AbstractMP4DemuxerTrack;
import org.jcodec.containers.mp4.demuxer.MP4Demuxer;

/**
 * The video track of an MP4 or QuickTime file (ISO/IEC 14496-12), coded as H.264 or Motion JPEG. Frames are stored in
 * the order of decoding; their places in the order of showing follow from their times.
 */
public final class QuickTimeFilm implements Film {
    private static final long MILLIS = 1000;

    /** @param shown place in the order of showing */
    @SuppressWarnings("MissingSummary") // The name says it.
    private record Stored(ByteBuffer data, boolean key, int shown) {}

    private final Clip clip;
    private final Orientation orientation;
    private final FrameCodec codec;
    private final Size coded;
    private final List<Stored> frames;
    private final long[] startMillis;

    private QuickTimeFilm(
            Clip clip, Orientation orientation, FrameCodec codec, Size coded, List<Stored> frames, long[] startMillis) {
        this.clip = clip;
        this.orientation = orientation;
        this.codec = codec;
        this.coded = coded;
        this.frames = frames;
        this.startMillis = startMillis;
    }

    /** Whether the first box of the file is one that such files begin with. */
    public static boolean is(byte[] file) {
        if (file.length < 8) {
            return false;
        }
        String type = new String(file, 4, 4, StandardCharsets.ISO_8859_1);
        return List.of("ftyp", "moov", "mdat", "wide", "free", "skip").contains(type);
    }

    /** Reads where all frames lie and when they are shown; decodes none. */
    public static QuickTimeFilm of(byte[] file) throws IOException {
        AbstractMP4DemuxerTrack track = track(file);
        DemuxerTrackMeta meta;
        try {
            meta = track.getMeta();
        } catch (IllegalArgumentException unknown) {
            throw notDecoded(track.getFourcc());
        }
        FrameCodec codec = codec(meta, track.getFourcc());
        Size coded = meta.getVideoCodecMeta().getSize();
        require(VideoLimits.problemOfSize(coded.getWidth(), coded.getHeight()));
        require(VideoLimits.problemOfLength(0, meta.getTotalFrames()));
        List<Packet> packets = packets(track);
        long[] starts =
                packets.stream().mapToLong(QuickTimeFilm::millis).sorted().toArray();
        long first = starts[0];
        long end = packets.stream()
                .mapToLong(packet -> millis(packet) + packet.getDuration() * MILLIS / packet.getTimescale())
                .max()
                .orElseThrow();
        require(VideoLimits.problemOfLength(end - first, packets.size()));
        Orientation orientation = orientation(meta);
        Clip clip = new Clip(
                "MP4 with " + codec.label(),
                orientation.widthOf(coded.getWidth(), coded.getHeight()),
                orientation.heightOf(coded.getWidth(), coded.getHeight()),
                packets.size(),
                end - first);
        return new QuickTimeFilm(
                clip,
                orientation,
                codec,
                coded,
                stored(packets),
                Arrays.stream(starts).map(start -> start - first).toArray());
    }

    private static AbstractMP4DemuxerTrack track(byte[] file) throws IOException {
        MP4Demuxer demuxer =
                MP4Demuxer.createMP4Demuxer(new ByteBufferSeekableByteChannel(ByteBuffer.wrap(file), file.length));
        if (demuxer.getVideoTrack() instanceof AbstractMP4DemuxerTrack track) {
            return track;
        }
        throw new UnreadableVideoException("it has no video track");
    }

    private static FrameCodec codec(DemuxerTrackMeta meta, String fourcc) throws UnreadableVideoException {
        if (meta.getCodec() == Codec.H264 && meta.getCodecPrivate() != null) {
            return new FrameCodec.H264(meta.getCodecPrivate());
        }
        if (meta.getCodec() == Codec.JPEG) {
            return new FrameCodec.MotionJpeg();
        }
        throw notDecoded(fourcc);
    }

    private static UnreadableVideoException notDecoded(String fourcc) {
        return new UnreadableVideoException(
                "its frames are coded as '%s' but must be coded as H.264 or Motion JPEG".formatted(fourcc));
    }

    private static List<Packet> packets(AbstractMP4DemuxerTrack track) throws IOException {
        List<Packet> packets = new ArrayList<>();
        for (Packet packet = track.nextFrame(); packet != null; packet = track.nextFrame()) {
            if (packet.getTimescale() < 1 || (packet instanceof MP4Packet stored && isCut(stored))) {
                throw new UnreadableVideoException("it ends before its frame " + packets.size());
            }
            packets.add(packet);
            require(VideoLimits.problemOfLength(0, packets.size()));
        }
        require(VideoLimits.problemOfLength(0, packets.size()));
        return packets;
    }

    private static boolean isCut(MP4Packet packet) {
        return packet.getData() == null || packet.getData().remaining() < packet.getSize();
    }

    private static long millis(Packet packet) {
        return packet.getPts() * MILLIS / packet.getTimescale();
    }

    private static List<Stored> stored(List<Packet> packets) {
        Integer[] shown = new Integer[packets.size()];
        Arrays.setAll(shown, i -> i);
        Arrays.sort(shown, Comparator.comparingLong(i -> packets.get(i).getPts()));
        int[] placeOf = new int[shown.length];
        for (int place = 0; place < shown.length; place++) {
            placeOf[shown[place]] = place;
        }
        List<Stored> stored = new ArrayList<>();
        for (int i = 0; i < packets.size(); i++) {
            Packet packet = packets.get(i);
            stored.add(new Stored(packet.getData(), packet.isKeyFrame(), placeOf[i]));
        }
        return stored;
    }

    private static Orientation orientation(DemuxerTrackMeta meta) {
        return switch (meta.getOrientation()) {
            case D_90 -> Orientation.TURNED_LEFT;
            case D_180 -> Orientation.UPSIDE_DOWN;
            case D_270 -> Orientation.TURNED_RIGHT;
            case D_0 -> Orientation.UPRIGHT;
        };
    }

    private static void require(Optional<String> problem) throws UnreadableVideoException {
        if (problem.isPresent()) {
            throw new UnreadableVideoException(problem.get());
        }
    }

    @Override
    public Clip clip() {
        return clip;
    }

    @Override
    public long[] startMillis() {
        return Arrays.copyOf(startMillis, startMillis.length);
    }

    /** Decodes from the last key frame before each wanted frame, and leaves out what no other frame refers to. */
    @Override
    public void show(List<Moment> moments, int side, Screen screen) throws IOException {
        BitSet wanted = new BitSet();
        moments.forEach(moment -> wanted.set(moment.frame()));
        BitSet needed = needed(wanted);
        FrameCodec.Decoder decoder = codec.decoder(coded, side);
        Map<Integer, BufferedImage> decoded = new HashMap<>();
        int next = 0;
        for (int i = 0; i < frames.size() && next < moments.size(); i++) {
            Stored frame = frames.get(i);
            boolean shown = wanted.get(frame.shown());
            if (shown) {
                decoded.put(
                        frame.shown(),
                        orientation.upright(decoder.decode(frame.data().duplicate())));
            } else if (needed.get(i) && codec.isReferredTo(frame.data())) {
                decoder.pass(frame.data().duplicate());
            }
            while (next < moments.size()
                    && decoded.containsKey(moments.get(next).frame())) {
                int number = moments.get(next).frame();
                screen.show(moments.get(next), Objects.requireNonNull(decoded.get(number)));
                next++;
                if (next == moments.size() || moments.get(next).frame() != number) {
                    decoded.remove(number);
                }
            }
        }
        if (next < moments.size()) {
            throw new UnreadableVideoException(
                    "its frame %d is missing".formatted(moments.get(next).frame()));
        }
    }

    private BitSet needed(BitSet wanted) {
        BitSet needed = new BitSet();
        int key = 0;
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).key()) {
                key = i;
            }
            if (wanted.get(frames.get(i).shown())) {
                needed.set(key, i + 1);
            }
        }
        return needed;
    }
}
