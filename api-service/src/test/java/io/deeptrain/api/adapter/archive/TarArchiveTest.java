package io.deeptrain.api.adapter.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.api.adapter.archive.Archive.RefusedArchiveException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarArchiveTest {
    private static final byte[] IMAGE = "image".getBytes(StandardCharsets.UTF_8);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path folder;

    /** Remembers what comes out of an archive. */
    private static final class Taken implements Archive.Sink {
        private final List<String> events = new ArrayList<>();
        private int wanted = Integer.MAX_VALUE;

        @Override
        public boolean begin(long entries) {
            events.add("begin " + entries);
            return true;
        }

        @Override
        public boolean entry(String name, byte[] content) {
            events.add("%s %d".formatted(name, content.length));
            return --wanted > 0;
        }
    }

    private List<String> taken(byte[] archive) throws IOException, RefusedArchiveException {
        Taken taken = new Taken();
        Archive.read(file(archive), taken);
        return taken.events;
    }

    private Path file(byte[] archive) throws IOException {
        return Files.write(folder.resolve("archive"), archive);
    }

    private void assertRefused(byte[] archive, String reason) throws IOException {
        Taken taken = new Taken();
        Path file = file(archive);
        assertThatThrownBy(() -> Archive.read(file, taken))
                .isInstanceOf(RefusedArchiveException.class)
                .hasMessageContaining(reason);
        assertThat(taken.events).as("nothing is taken of what is refused").isEmpty();
    }

    private static Tar images() {
        return new Tar()
                .special("./", TarConstants.LF_DIR, "")
                .special("./cats/", TarConstants.LF_DIR, "")
                .file("./cats/1.png", IMAGE)
                .file("./cats/._1.png", new byte[1])
                .file("d".repeat(90) + "/" + "n".repeat(200) + ".png", new byte[600])
                .file("3.png", new byte[0]);
    }

    @Test
    void the_images_come_out_in_their_order_zipped_or_not() throws Exception {
        List<String> expected =
                List.of("begin 3", "cats/1.png 5", "d".repeat(90) + "/" + "n".repeat(200) + ".png 600", "3.png 0");
        assertThat(taken(images().bytes())).isEqualTo(expected);
        assertThat(taken(images().gzipped())).isEqualTo(expected);
    }

    @Test
    void gzip_members_are_read_one_after_the_other() throws Exception {
        byte[] tar = images().bytes();
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.write(Tar.gzipped(Arrays.copyOf(tar, 700)));
        members.write(Tar.gzipped(Arrays.copyOfRange(tar, 700, tar.length)));
        assertThat(taken(members.toByteArray())).hasSize(4);
    }

    @Test
    void whoever_has_enough_hears_of_no_more() throws Exception {
        Taken taken = new Taken();
        taken.wanted = 1;
        Archive.read(file(images().bytes()), taken);
        assertThat(taken.events).containsExactly("begin 3", "cats/1.png 5");
    }

    @Test
    void an_image_that_is_too_large_is_cut_off_where_that_shows() throws Exception {
        byte[] large = new byte[(20 << 20) + 4096];
        new Random(7).nextBytes(large);
        List<String> events =
                taken(new Tar().file("large.png", large).file("b.png", IMAGE).bytes());
        assertThat(events).containsExactly("begin 2", "large.png " + ((20 << 20) + 1), "b.png 5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.png", "a/../../evil.png", "/etc/evil.png", "c:evil.png", "a\\evil.png"})
    void a_name_that_leads_out_is_refused(String name) throws IOException {
        assertRefused(new Tar().file("good.png", IMAGE).file(name, IMAGE).bytes(), "must be a relative path");
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                TarConstants.LF_LINK,
                TarConstants.LF_SYMLINK,
                TarConstants.LF_CHR,
                TarConstants.LF_BLK,
                TarConstants.LF_FIFO,
                (byte) 'Z'
            })
    void links_devices_and_what_nobody_knows_are_refused(byte linkFlag) throws IOException {
        assertRefused(
                new Tar()
                        .file("good.png", IMAGE)
                        .special("evil.png", linkFlag, "/etc/passwd")
                        .bytes(),
                "is a link, a device or a sparse file");
        assertRefused(new Tar().special("evil/", linkFlag, "/etc").gzipped(), "is a link, a device or a sparse file");
    }

    @Test
    void a_sparse_file_is_refused() throws IOException {
        byte[] tar = new Tar().file("sparse.png", IMAGE).bytes();
        tar[156] = TarConstants.LF_GNUTYPE_SPARSE;
        assertRefused(withRightSum(tar), "sparse file");
    }

    @Test
    void a_bomb_is_refused_before_it_goes_off() throws IOException {
        assertRefused(
                new Tar().file("bomb.png", new byte[12 << 20]).gzipped(),
                "the archive unfolds to more than 100 times its size");
    }

    @Test
    void a_size_that_only_the_header_claims_is_refused_without_a_byte_of_it() throws IOException {
        byte[] tar = new Tar().file("huge.png", IMAGE).bytes();
        byte[] size = "77777777777".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(size, 0, tar, 124, size.length);
        assertRefused(withRightSum(tar), "the archive unfolds to more than 100 times its size");
    }

    @Test
    void a_name_without_an_end_does_not_fill_the_memory() throws IOException {
        byte[] tar =
                new Tar().file("long", new byte[8 << 20]).file("a.png", IMAGE).bytes();
        tar[156] = TarConstants.LF_GNUTYPE_LONGNAME;
        assertRefused(withRightSum(tar), "more than 1048576 bytes between two entries");
    }

    @Test
    void too_many_entries_are_refused() throws IOException {
        Tar tar = new Tar();
        for (int i = 0; i <= 100_000; i++) {
            tar.file(i + ".png", new byte[0]);
        }
        assertRefused(tar.gzipped(), "must hold at most 100000");
    }

    @Test
    void what_is_cut_off_or_no_archive_is_refused() throws IOException {
        byte[] whole =
                new Tar().file("a.png", new byte[4096]).file("b.png", IMAGE).bytes();
        assertRefused(Arrays.copyOf(whole, 2048), "damaged");
        byte[] packed = Tar.gzipped(whole);
        assertRefused(Arrays.copyOf(packed, packed.length - 12), "damaged");
        assertRefused("no archive".getBytes(StandardCharsets.UTF_8), "not a zip, tar or tar.gz archive");
        assertRefused(new byte[0], "not a zip, tar or tar.gz archive");
        assertRefused(Tar.gzipped("no archive".repeat(100).getBytes(StandardCharsets.UTF_8)), "damaged");
    }

    /** The first header with the checksum of what is in it now. */
    private static byte[] withRightSum(byte[] tar) {
        Arrays.fill(tar, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i] & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, 148, digits.length);
        return tar;
    }
}
