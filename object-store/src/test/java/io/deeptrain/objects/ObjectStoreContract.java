package io.deeptrain.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store promises. */
public abstract class ObjectStoreContract {
    private static final String HELLO_SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    protected abstract ObjectStore store() throws IOException;

    @Test
    void what_was_put_is_read_back() throws IOException {
        ObjectStore store = store();

        StoredBlob stored = store.put("jobs/j/attempts/1/model", text("hello"));

        assertThat(stored).isEqualTo(new StoredBlob("jobs/j/attempts/1/model", HELLO_SHA256, 5));
        assertThat(read(store, "jobs/j/attempts/1/model")).isEqualTo("hello");
        assertThat(store.exists("jobs/j/attempts/1/model")).isTrue();
    }

    @Test
    void an_object_of_no_bytes_is_an_object() throws IOException {
        ObjectStore store = store();

        assertThat(store.put("empty", text("")).sizeBytes()).isZero();
        assertThat(read(store, "empty")).isEmpty();
    }

    @Test
    void content_lies_under_its_own_hash_and_is_stored_once() throws IOException {
        ObjectStore store = store();
        StoredBlob expected = new StoredBlob("sha256/2c/" + HELLO_SHA256, HELLO_SHA256, 5);

        assertThat(store.putContent(text("hello"))).isEqualTo(expected);
        assertThat(store.putContent(text("hello"))).isEqualTo(expected);
        assertThat(read(store, expected.key())).isEqualTo("hello");
    }

    @Test
    void putting_a_key_again_replaces_the_whole_object() throws IOException {
        ObjectStore store = store();
        store.put("k", text("a longer text"));

        store.put("k", text("short"));

        assertThat(read(store, "k")).isEqualTo("short");
    }

    @Test
    void a_reader_that_began_before_a_replacement_reads_the_old_object_to_its_end() throws IOException {
        ObjectStore store = store();
        store.put("k", text("old"));

        try (InputStream old = store.open("k")) {
            store.put("k", text("new"));
            assertThat(old.readAllBytes()).asString().isEqualTo("old");
        }
    }

    @Test
    void content_that_breaks_off_leaves_what_was_there() throws IOException {
        ObjectStore store = store();
        store.put("k", text("old"));

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.put("k", breakingOff()));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.put("other", breakingOff()));

        assertThat(read(store, "k")).isEqualTo("old");
        assertThat(store.exists("other")).isFalse();
    }

    @Test
    void what_is_not_there_cannot_be_opened() throws IOException {
        ObjectStore store = store();
        store.put("folder/k", text("x"));

        assertThat(store.exists("absent")).isFalse();
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.open("absent"));
        assertThat(store.exists("folder")).isFalse();
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.open("folder"));
    }

    @Test
    void deleting_takes_the_object_and_all_below_it_and_nothing_else() throws IOException {
        ObjectStore store = store();
        store.put("jobs/a/1/model", text("x"));
        store.put("jobs/a/2/model", text("x"));
        store.put("jobs/ab/1/model", text("x"));

        store.delete("jobs/a");
        store.delete("jobs/never");

        assertThat(store.exists("jobs/a/1/model")).isFalse();
        assertThat(store.exists("jobs/a/2/model")).isFalse();
        assertThat(store.exists("jobs/ab/1/model")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "a/",
                "/a",
                "a//b",
                ".",
                "..",
                "../a",
                "a/..",
                "a/../b",
                "a/./b",
                ".hidden",
                "a/.hidden",
                "a\\b",
                "a\u0000b",
                "a b",
                "a\nb",
                "ä",
                "C:a",
                "~/a",
                "file:///a",
                "%2e%2e"
            })
    void a_key_that_could_lead_elsewhere_is_rejected(String key) throws IOException {
        ObjectStore store = store();

        assertThatIllegalArgumentException().isThrownBy(() -> store.put(key, text("x")));
        assertThatIllegalArgumentException().isThrownBy(() -> store.open(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.exists(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.delete(key));
    }

    @Test
    void a_key_may_be_as_long_as_the_limit_and_no_longer() throws IOException {
        ObjectStore store = store();
        String longest = "k/".repeat(ObjectKey.LENGTH_MAX / 2 - 1) + "kk";

        store.put(longest, text("x"));

        assertThat(store.exists(longest)).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> store.put(longest + "k", text("x")));
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(ObjectStore store, String key) throws IOException {
        try (InputStream content = store.open(key)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream breakingOff() throws IOException {
        InputStream closed = InputStream.nullInputStream();
        closed.close();
        return new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), closed);
    }
}
