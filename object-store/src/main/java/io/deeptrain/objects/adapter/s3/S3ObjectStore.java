package io.deeptrain.objects.adapter.s3;

import io.deeptrain.objects.ObjectKey;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * One object of S3 an object, the key behind the prefix of the {@link S3Place}. S3 shows an object once all of it has
 * arrived; it compares what arrives with a SHA-256 that is sent along, of the object or of each part of a large one.
 *
 * <p>Credentials are found where Amazon's clients look for them: {@code AWS_ACCESS_KEY_ID} and
 * {@code AWS_SECRET_ACCESS_KEY}, {@code AWS_SHARED_CREDENTIALS_FILE}, a Kubernetes service account, the machine.
 */
public final class S3ObjectStore implements ObjectStore, AutoCloseable {
    /**
     * Objects with more bytes are sent in parts of this size; S3 takes no smaller ones than 5 MiB, and 10,000 of them.
     */
    static final long PART_BYTES = 8L << 20;

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
    private static final String REGION_OF_OTHER_SERVERS = "us-east-1";
    private static final String BINARY = "application/octet-stream";

    private final S3Place place;
    private final S3Client client;

    private S3ObjectStore(S3Place place, S3Client client) {
        this.place = place;
        this.client = client;
    }

    /** Opens what {@code s3://bucket/prefix} names, and asks whether the bucket is there for us. */
    public static S3ObjectStore in(URI setting) throws IOException {
        return in(S3Place.of(setting), DefaultCredentialsProvider.builder().build());
    }

    static S3ObjectStore in(S3Place place, AwsCredentialsProvider credentials) throws IOException {
        try {
            S3ObjectStore store = new S3ObjectStore(place, client(place, credentials));
            store.client.headBucket(request -> request.bucket(place.bucket()));
            return store;
        } catch (SdkException failed) {
            throw S3Failures.of(place, "be opened", failed);
        }
    }

    private static S3Client client(S3Place place, AwsCredentialsProvider credentials) {
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(credentials)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_MAX)
                        .socketTimeout(SILENCE_MAX))
                // We send a hash ourselves; newer kinds of checksum are unknown to many servers.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .forcePathStyle(place.pathStyle());
        place.endpoint()
                .ifPresent(endpoint -> builder.endpointOverride(endpoint)
                        .region(Region.of(place.region().orElse(REGION_OF_OTHER_SERVERS))));
        place.region().ifPresent(region -> builder.region(Region.of(region)));
        return builder.build();
    }

    @Override
    public StoredBlob put(String key, InputStream content) throws IOException {
        ObjectKey.require(key);
        try (Spooled spooled = Spooled.of(content)) {
            send(key, spooled);
            return blob(key, spooled);
        }
    }

    @Override
    public StoredBlob putContent(InputStream content) throws IOException {
        try (Spooled spooled = Spooled.of(content)) {
            String key = ObjectKey.ofContent(spooled.sha256());
            if (!exists(key)) {
                send(key, spooled);
            }
            return blob(key, spooled);
        }
    }

    private static StoredBlob blob(String key, Spooled spooled) {
        return new StoredBlob(key, spooled.sha256(), spooled.sizeBytes());
    }

    private void send(String key, Spooled spooled) throws IOException {
        try {
            if (spooled.sizeBytes() <= PART_BYTES) {
                client.putObject(
                        request -> request.bucket(place.bucket())
                                .key(place.keyOf(key))
                                .contentType(BINARY)
                                .checksumSHA256(base64(spooled.sha256())),
                        RequestBody.fromFile(spooled.file()));
            } else {
                sendInParts(key, spooled);
            }
        } catch (SdkException failed) {
            throw S3Failures.of(place, "store " + key, failed);
        }
    }

    /** Nothing of it is seen before the last call; what a crash leaves is for a rule of the bucket to clear away. */
    private void sendInParts(String key, Spooled spooled) throws IOException {
        String upload = client.createMultipartUpload(request -> request.bucket(place.bucket())
                        .key(place.keyOf(key))
                        .contentType(BINARY)
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256))
                .uploadId();
        try {
            List<CompletedPart> parts = new ArrayList<>();
            for (long offset = 0; offset < spooled.sizeBytes(); offset += PART_BYTES) {
                parts.add(sendPart(key, upload, parts.size() + 1, spooled, offset));
            }
            client.completeMultipartUpload(request -> request.bucket(place.bucket())
                    .key(place.keyOf(key))
                    .uploadId(upload)
                    .multipartUpload(all -> all.parts(parts)));
        } catch (IOException | RuntimeException failed) {
            abandon(key, upload, failed);
            throw failed;
        }
    }

    private CompletedPart sendPart(String key, String upload, int number, Spooled spooled, long offset)
            throws IOException {
        long length = Math.min(PART_BYTES, spooled.sizeBytes() - offset);
        String sha256 = base64(spooled.sha256OfPart(offset, length));
        UploadPartResponse stored = client.uploadPart(
                request -> request.bucket(place.bucket())
                        .key(place.keyOf(key))
                        .uploadId(upload)
                        .partNumber(number)
                        .checksumSHA256(sha256),
                RequestBody.fromContentProvider(() -> part(spooled, offset, length), length, BINARY));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(stored.eTag())
                .checksumSHA256(sha256)
                .build();
    }

    private static InputStream part(Spooled spooled, long offset, long length) {
        try {
            return spooled.part(offset, length);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void abandon(String key, String upload, Exception failed) {
        try {
            client.abortMultipartUpload(request ->
                    request.bucket(place.bucket()).key(place.keyOf(key)).uploadId(upload));
        } catch (SdkException stays) {
            failed.addSuppressed(stays);
        }
    }

    @Override
    public InputStream open(String key) throws IOException {
        ObjectKey.require(key);
        try {
            return new Download(
                    client.getObject(request -> request.bucket(place.bucket()).key(place.keyOf(key))));
        } catch (S3Exception failed) {
            if (S3Failures.isMissing(failed)) {
                throw missing(key, failed);
            }
            throw S3Failures.of(place, "read " + key, failed);
        } catch (SdkClientException failed) {
            throw S3Failures.of(place, "read " + key, failed);
        }
    }

    private static NoSuchFileException missing(String key, S3Exception cause) {
        NoSuchFileException missing = new NoSuchFileException(key);
        missing.initCause(cause);
        return missing;
    }

    @Override
    public boolean exists(String key) throws IOException {
        ObjectKey.require(key);
        try {
            client.headObject(request -> request.bucket(place.bucket()).key(place.keyOf(key)));
            return true;
        } catch (S3Exception failed) {
            if (S3Failures.isMissing(failed)) {
                return false;
            }
            throw S3Failures.of(place, "look for " + key, failed);
        } catch (SdkClientException failed) {
            throw S3Failures.of(place, "look for " + key, failed);
        }
    }

    @Override
    public void delete(String prefix) throws IOException {
        ObjectKey.require(prefix);
        try {
            client.deleteObject(request -> request.bucket(place.bucket()).key(place.keyOf(prefix)));
            for (ListObjectsV2Response page : client.listObjectsV2Paginator(
                    request -> request.bucket(place.bucket()).prefix(place.keyOf(prefix) + "/"))) {
                deleteAll(page);
            }
        } catch (SdkException failed) {
            throw S3Failures.of(place, "delete " + prefix, failed);
        }
    }

    private void deleteAll(ListObjectsV2Response page) throws IOException {
        if (page.contents().isEmpty()) {
            return;
        }
        List<ObjectIdentifier> objects = page.contents().stream()
                .map(object -> ObjectIdentifier.builder().key(object.key()).build())
                .toList();
        DeleteObjectsResponse deleted = client.deleteObjects(request -> request.bucket(place.bucket())
                .delete(all -> all.objects(objects).quiet(true)));
        if (!deleted.errors().isEmpty()) {
            throw new IOException("%s keeps %d objects, the first is %s: %s"
                    .formatted(
                            place,
                            deleted.errors().size(),
                            deleted.errors().getFirst().key(),
                            deleted.errors().getFirst().code()));
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private static String base64(String sha256) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256));
    }

    /** An object on its way; closed early it is not read to its end. */
    private static final class Download extends FilterInputStream {
        private final ResponseInputStream<GetObjectResponse> response;
        private boolean ended;

        Download(ResponseInputStream<GetObjectResponse> response) {
            super(response);
            this.response = response;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            ended |= read < 0;
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            ended |= read < 0;
            return read;
        }

        @Override
        public void close() throws IOException {
            if (ended) {
                super.close();
            } else {
                response.abort();
            }
        }
    }
}
