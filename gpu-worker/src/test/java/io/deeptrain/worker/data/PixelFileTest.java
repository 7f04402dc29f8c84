package io.deeptrain.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PixelFileTest {
    @TempDir
    Path scratch;

    @Test
    void a_killed_worker_leaves_no_pixels_behind() throws IOException {
        try (PixelFile pixels = new PixelFile(scratch, 2)) {
            int position = pixels.append(new byte[] {3, 4});

            assertThat(scratch).as("what is on the disk while they are in use").isEmptyDirectory();
            byte[] read = new byte[2];
            pixels.read(position, read);
            assertThat(read).containsExactly(3, 4);
        }
    }
}
