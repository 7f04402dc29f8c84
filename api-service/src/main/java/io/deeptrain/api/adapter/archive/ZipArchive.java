package io.deeptrain.api.adapter.archive;

import io.deeptrain.api.input.ImageCheck;
import io.deeptrain.api.upload.ArchiveRules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads the images of a zip archive into memory, one after the other. Nothing is written by the names of entries. */
public final class ZipArchive {
    private ZipArchive() {}

    /** Why an archive is not read on. The message is for the tenant. */
    public static final class RefusedArchiveException extends Exception {
        RefusedArchiveException(String message) {
            super(message);
        }
    }

    /** Takes what is in an archive. */
    public interface Sink {
        /** Before the first entry: how many there will be. */
        boolean begin(long entries);

        /** An entry; one that is larger than any image is cut off where that shows. False to stop. */
        boolean entry(String name, byte[] content);
    }

    /** What is known before a single entry is unfolded is checked first. */
    public static void read(Path file, Sink sink) throws IOException, RefusedArchiveException {
        long size = Files.size(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            refuse(ArchiveRules.countProblem(zip.size()));
            for (ZipEntry entry : zip.stream().toList()) {
                refuse(ArchiveRules.nameProblem(entry.getName()));
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
                refuse(ArchiveRules.sizeProblem(unfolded, size));
                if (!sink.entry(entry.getName(), content)) {
                    return;
                }
            }
        } catch (ZipException | IllegalArgumentException damaged) {
            throw new RefusedArchiveException("the file is not a zip archive, or damaged: " + damaged.getMessage());
        }
    }

    private static byte[] content(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream input = zip.getInputStream(entry)) {
            return input.readNBytes(ImageCheck.BYTES_MAX + 1);
        }
    }

    private static void refuse(Optional<String> problem) throws RefusedArchiveException {
        if (problem.isPresent()) {
            throw new RefusedArchiveException(problem.get());
        }
    }
}
