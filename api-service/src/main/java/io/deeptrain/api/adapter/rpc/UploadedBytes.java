package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.postgres.Uploads.StoredPart;
import io.deeptrain.event.Tenant;
import io.deeptrain.objects.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Where the parts of uploads lie in the object store until they are forgotten. */
@ApplicationScoped
class UploadedBytes {
    private final ObjectStore objects;

    UploadedBytes(ObjectStore objects) {
        this.objects = objects;
    }

    /** Under a key of its own, so that no part ever replaces another. */
    String store(Tenant tenant, String uploadId, byte[] part) {
        try {
            return objects.put(folder(tenant, uploadId) + "/" + Ids.fresh(), new ByteArrayInputStream(part))
                    .key();
        } catch (IOException e) {
            throw new UncheckedIOException("a part of an upload cannot be stored", e);
        }
    }

    /** A part that turned out not to be wanted, or everything of an upload that is no more. */
    void forget(String key) {
        try {
            objects.delete(key);
        } catch (IOException e) {
            throw new UncheckedIOException("a part of an upload cannot be deleted", e);
        }
    }

    /** The parts one after the other in a temporary file, which the caller deletes. */
    Path whole(List<StoredPart> parts) throws IOException {
        Path file = Files.createTempFile("archive-", "");
        try (OutputStream output = Files.newOutputStream(file)) {
            for (StoredPart part : parts) {
                try (InputStream input = objects.open(part.objectKey())) {
                    input.transferTo(output);
                }
            }
            return file;
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    static String folder(Tenant tenant, String uploadId) {
        return "uploads/" + hash(tenant.userId() + "\n" + tenant.appId() + "\n" + uploadId);
    }

    static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
