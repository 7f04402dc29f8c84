package io.deeptrain.api.adapter.archive;

import io.deeptrain.api.upload.ArchiveRules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads a zip archive by the directory at its end. */
final class ZipArchive {
    private ZipArchive() {}

    static void read(Path file, Archive.Sink sink) throws IOException, Archive.RefusedArchiveException {
        long size = Files.size(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Archive.refuse(ArchiveRules.countProblem(zip.size()));
            for (ZipEntry entry : zip.stream().toList()) {
                Archive.refuse(ArchiveRules.nameProblem(entry.getName()));
            }
            List<? extends ZipEntry> images = zip.stream()
                    .filter(entry -> !ArchiveRules.isPassedOver(entry.getName()))
                    .toList();
            if (!sink.begin(images.size())) {
                return;
            }
            long unfolded = 0;
            for (ZipEntry entry : images) {
                byte[] content = content(zip, entry);
                unfolded += content.length;
                Archive.refuse(ArchiveRules.sizeProblem(unfolded, size));
                if (!sink.entry(entry.getName(), content)) {
                    return;
                }
            }
        } catch (ZipException | IllegalArgumentException damaged) {
            throw new Archive.RefusedArchiveException(
                    "the file is not a zip archive, or damaged: " + damaged.getMessage());
        }
    }

    private static byte[] content(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream input = zip.getInputStream(entry)) {
            return Archive.content(input);
        }
    }
}
