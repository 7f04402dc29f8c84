package io.deeptrain.objects.adapter.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStoreContract;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.testservers.adapter.TestServers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class S3ObjectStoreTest extends ObjectStoreContract {
    private final URI place = TestServers.newBucket();

    @Override
    protected ObjectStore store() throws IOException {
        return ObjectStores.open(place);
    }

    @Test
    void an_object_of_several_parts_is_read_back_byte_for_byte() throws IOException {
        ObjectStore store = store();
        byte[] large = new byte[(int) (2 * S3ObjectStore.PART_BYTES + 12_345)];
        new Random(1).nextBytes(large);

        StoredBlob stored = store.putContent(new ByteArrayInputStream(large));

        assertThat(stored.sizeBytes()).isEqualTo(large.length);
        try (InputStream read = store.open(stored.key())) {
            assertThat(Arrays.equals(read.readAllBytes(), large)).isTrue();
        }
    }

    @Test
    void an_object_of_exactly_one_part_is_an_object() throws IOException {
        ObjectStore store = store();

        store.put("part", new ByteArrayInputStream(new byte[(int) S3ObjectStore.PART_BYTES]));

        try (InputStream read = store.open("part")) {
            assertThat(read.readAllBytes()).hasSize((int) S3ObjectStore.PART_BYTES);
        }
    }

    @Test
    void more_objects_than_a_page_lists_are_deleted() throws IOException {
        ObjectStore store = store();
        IntStream.rangeClosed(0, 1000).parallel().forEach(n -> putEmpty(store, "many/" + n));

        store.delete("many");

        assertThat(store.exists("many/0")).isFalse();
        assertThat(store.exists("many/999")).isFalse();
        assertThat(store.exists("many/1000")).isFalse();
    }

    private static void putEmpty(ObjectStore store, String key) {
        try {
            store.put(key, InputStream.nullInputStream());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void stores_with_other_prefixes_do_not_see_each_other() throws IOException {
        ObjectStore store = store();
        store.put("k", new ByteArrayInputStream(new byte[1]));
        ObjectStore other = ObjectStores.open(URI.create(place.toString().replace("/deeptrain?", "/other?")));

        other.delete("k");

        assertThat(other.exists("k")).isFalse();
        assertThat(store.exists("k")).isTrue();
    }

    @Test
    void a_put_leaves_no_temporary_file() throws IOException {
        ObjectStore store = store();
        List<Path> before = temporaries();

        store.put("k", new ByteArrayInputStream(new byte[10]));
        store.putContent(new ByteArrayInputStream(new byte[10]));
        InputStream closed = InputStream.nullInputStream();
        closed.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.put("k", closed));

        assertThat(temporaries()).isEqualTo(before);
    }

    private static List<Path> temporaries() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("deeptrain-object-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void a_bucket_that_is_not_there_is_named() {
        URI absent = URI.create(place.toString().replace(S3Place.of(place).bucket(), "absent"));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ObjectStores.open(absent))
                .withMessage(
                        "s3://absent/deeptrain/ cannot be opened: there is no bucket absent (status 404 NoSuchBucket): make it, or name another in DEEPTRAIN_OBJECTS");
    }

    @Test
    void refused_credentials_are_named_without_the_secret() {
        StaticCredentialsProvider wrong =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("tests", "a-wrong-secret"));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> S3ObjectStore.in(S3Place.of(place), wrong))
                .withMessageContaining("cannot be opened: access is refused (status 403")
                .withMessageContaining("look at the credentials and at the policy of the bucket")
                .satisfies(failed -> assertThat(failed.toString()).doesNotContain("a-wrong-secret"));
    }

    @Test
    void a_server_that_is_away_is_named() {
        URI nobody = URI.create("s3://bucket/deeptrain?endpoint=http://127.0.0.1:1");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ObjectStores.open(nobody))
                .withMessageStartingWith(
                        "s3://bucket/deeptrain/ cannot be opened: no answer from http://127.0.0.1:1, the endpoint in DEEPTRAIN_OBJECTS: ");
    }

    @Test
    void a_reader_may_stop_early() throws IOException {
        ObjectStore store = store();
        store.put("k", new ByteArrayInputStream(new byte[4_000_000]));

        try (InputStream read = store.open("k")) {
            assertThat(read.readNBytes(5)).hasSize(5);
        }

        store.put("k", new ByteArrayInputStream("next".getBytes(StandardCharsets.UTF_8)));
        try (InputStream read = store.open("k")) {
            assertThat(read.readAllBytes()).asString().isEqualTo("next");
        }
    }
}
