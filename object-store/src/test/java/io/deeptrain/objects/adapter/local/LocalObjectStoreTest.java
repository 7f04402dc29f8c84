package io.deeptrain.objects.adapter.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStoreContract;
import io.deeptrain.objects.ObjectStores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalObjectStoreTest extends ObjectStoreContract {
    @TempDir
    private Path folder;

    @Override
    protected ObjectStore store() throws IOException {
        return ObjectStores.open(folder.resolve("objects").toUri());
    }

    @Test
    void a_finished_or_broken_put_leaves_no_temporary_file() throws IOException {
        ObjectStore store = store();
        store.put("k", new ByteArrayInputStream(new byte[10]));
        store.putContent(new ByteArrayInputStream(new byte[10]));
        store.putContent(new ByteArrayInputStream(new byte[10]));
        InputStream closed = InputStream.nullInputStream();
        closed.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.put("k", closed));

        assertThat(folder.resolve("objects/.incoming")).isEmptyDirectory();
    }

    @Test
    void opening_clears_what_a_crash_left_long_ago_and_leaves_uploads_under_way() throws IOException {
        store();
        Path incoming = folder.resolve("objects/.incoming");
        Path old = Files.writeString(incoming.resolve("old"), "x");
        Path underWay = Files.writeString(incoming.resolve("under-way"), "x");
        Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));

        store();

        assertThat(old).doesNotExist();
        assertThat(underWay).exists();
    }

    @Test
    void a_link_out_of_the_store_is_not_followed() throws IOException {
        ObjectStore store = store();
        Path secret = Files.writeString(folder.resolve("secret"), "x");
        Files.createSymbolicLink(folder.resolve("objects/link"), secret);

        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.open("link"));
        store.delete("link");
        assertThat(secret).exists();
    }

    @Test
    void a_place_of_another_kind_is_rejected_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ObjectStores.open(URI.create("ftp://bucket")))
                .withMessage("DEEPTRAIN_OBJECTS must be file:///folder or s3://bucket/prefix: ftp://bucket");
    }
}
