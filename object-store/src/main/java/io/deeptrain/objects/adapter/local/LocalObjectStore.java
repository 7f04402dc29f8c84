package io.deeptrain.objects.adapter.local;

import io.deeptrain.objects.ObjectKey;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One file an object, the key as its path. Bytes are written under a temporary name, forced to the disk and renamed,
 * and then the folders are forced too: a crash at any moment leaves the old object, the new one or none, and at most a
 * temporary file, which {@link #in} clears away once it is old.
 */
public final class LocalObjectStore implements ObjectStore {
    /** No segment of a key begins with a dot. */
    private static final String TEMPORARY_FOLDER = ".incoming";

    /** Longer than any upload takes; several processes share the folder. */
    private static final Duration TEMPORARY_AGE_MAX = Duration.ofDays(1);

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;
    private final Path temporaries;

    private LocalObjectStore(Path folder) {
        this.folder = folder;
        this.temporaries = folder.resolve(TEMPORARY_FOLDER);
    }

    public static LocalObjectStore in(Path folder) throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder.toAbsolutePath().normalize());
        Files.createDirectories(store.temporaries);
        store.clearTemporariesBefore(Instant.now().minus(TEMPORARY_AGE_MAX));
        return store;
    }

    @Override
    public StoredBlob put(String key, InputStream content) throws IOException {
        Path target = fileOf(key);
        Received received = receive(content);
        try {
            install(received.file(), target);
        } finally {
            Files.deleteIfExists(received.file());
        }
        return new StoredBlob(key, received.sha256(), received.sizeBytes());
    }

    @Override
    public StoredBlob putContent(InputStream content) throws IOException {
        Received received = receive(content);
        String key = ObjectKey.ofContent(received.sha256());
        try {
            Path target = fileOf(key);
            if (!Files.exists(target)) {
                install(received.file(), target);
            }
        } finally {
            Files.deleteIfExists(received.file());
        }
        return new StoredBlob(key, received.sha256(), received.sizeBytes());
    }

    @Override
    public InputStream open(String key) throws IOException {
        Path file = fileOf(key);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(key);
        }
        return Files.newInputStream(file);
    }

    @Override
    public boolean exists(String key) {
        return Files.isRegularFile(fileOf(key), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void delete(String prefix) throws IOException {
        Path top = fileOf(prefix);
        if (Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
            Files.walkFileTree(top, new Deletion());
        }
    }

    private Path fileOf(String key) {
        return folder.resolve(ObjectKey.require(key));
    }

    private record Received(Path file, String sha256, long sizeBytes) {}

    private Received receive(InputStream content) throws IOException {
        Path file = temporaries.resolve(UUID.randomUUID().toString());
        MessageDigest digest = sha256();
        // The stream is the caller's to close.
        DigestInputStream digested = new DigestInputStream(content, digest);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream output = Channels.newOutputStream(channel);
            byte[] buffer = new byte[BUFFER_BYTES];
            long sizeBytes = 0;
            for (int length = digested.read(buffer); length >= 0; length = digested.read(buffer)) {
                output.write(buffer, 0, length);
                sizeBytes += length;
            }
            return new Received(file, HexFormat.of().formatHex(digest.digest()), sizeBytes);
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    private void install(Path file, Path target) throws IOException {
        Path parent = target.resolveSibling("").normalize();
        Files.createDirectories(parent);
        // Only what is installed has to last: content that is there already costs no wait for the disk.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // A rename is durable only when its folder is, and a new folder only when the one above it is.
        for (Path changed = parent; changed != null && changed.startsWith(folder); changed = changed.getParent()) {
            try (FileChannel channel = FileChannel.open(changed, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private void clearTemporariesBefore(Instant oldest) throws IOException {
        try (var files = Files.newDirectoryStream(temporaries)) {
            for (Path file : files) {
                if (modifiedBefore(file, oldest)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean modifiedBefore(Path file, Instant oldest) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(oldest);
        } catch (NoSuchFileException installed) {
            // Another process has just put it in its place.
            return false;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
        }
    }
}
