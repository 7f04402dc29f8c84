package io.deeptrain.api.adapter.rest;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.export.ExportFile;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Sends what a training published: one file of it, or all in one. */
@ApplicationScoped
class ExportFiles {
    private static final int CHUNK_BYTES = 1 << 16;

    private final ObjectStore objects;

    ExportFiles(ObjectStore objects) {
        this.objects = objects;
    }

    /**
     * Answers with what was asked for.
     *
     * @param version what the download is called, before its suffix
     */
    void send(HttpServerResponse response, StoredObject model, String format, String version) throws IOException {
        if (format.equals(ExportFile.BUNDLE)) {
            sendBundle(response, model, version);
            return;
        }
        ExportFile file = ExportFile.of(format)
                .orElseThrow(() -> new Refusal(
                        StatusCode.MODEL_INVALID_REQUEST,
                        "format must be one of %s: '%s'".formatted(ExportFile.formats(), format)));
        try (InputStream content = objects.open(file.key(model.key()))) {
            begin(response, file.mediaType(), file.downloadName(version));
            if (file == ExportFile.SAFETENSORS) {
                response.setChunked(false)
                        .putHeader("content-length", Long.toString(model.sizeBytes()))
                        .putHeader("etag", '"' + model.sha256() + '"');
            }
            ResponseStream body = new ResponseStream(response);
            byte[] chunk = content.readNBytes(CHUNK_BYTES);
            while (chunk.length > 0) {
                body.write(chunk);
                chunk = content.readNBytes(CHUNK_BYTES);
            }
            body.end();
        } catch (NoSuchFileException missing) {
            throw new Refusal(
                    StatusCode.DOES_NOT_EXIST,
                    "There is no %s of this version: its training ended before such files were published, or they were"
                                    .formatted(file.fileName())
                            + " deleted");
        }
    }

    /**
     * Files of older trainings that are not there are left out. Weights do not get smaller: nothing is compressed much.
     */
    private void sendBundle(HttpServerResponse response, StoredObject model, String version) throws IOException {
        if (!objects.exists(model.key())) {
            throw new Refusal(StatusCode.DOES_NOT_EXIST, "The model of this version is not in the object store");
        }
        begin(response, "application/zip", version + ".zip");
        ResponseStream body = new ResponseStream(response);
        ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(body, CHUNK_BYTES));
        zip.setLevel(Deflater.BEST_SPEED);
        for (ExportFile file : ExportFile.values()) {
            if (objects.exists(file.key(model.key()))) {
                try (InputStream content = objects.open(file.key(model.key()))) {
                    zip.putNextEntry(new ZipEntry(version + "/" + file.fileName()));
                    content.transferTo(zip);
                    zip.closeEntry();
                }
            }
        }
        zip.finish();
        zip.flush();
        body.end();
    }

    private static void begin(HttpServerResponse response, String mediaType, String fileName) {
        response.setChunked(true)
                .putHeader("content-type", mediaType)
                .putHeader("content-disposition", "attachment; filename=\"%s\"".formatted(fileName));
    }
}
