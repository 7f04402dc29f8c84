package io.deeptrain.standalone;

import java.nio.file.Path;

/** Where local mode keeps everything. Deleting the folder forgets everything. */
public record Home(Path folder) {
    public Path postgres() {
        return folder.resolve("postgres");
    }

    /** What can be made again, which takes some seconds. */
    public Path cache() {
        return folder.resolve("cache");
    }

    public Path postgresBinaries() {
        return cache().resolve("postgres");
    }

    public Path kafka() {
        return folder.resolve("kafka");
    }

    /** Inputs, checkpoints and models. */
    public Path objects() {
        return folder.resolve("objects");
    }

    /** What libtorch unpacks at its first start. */
    public Path djlCache() {
        return cache().resolve("djl");
    }

    /** The user's own weights that trainings may start from, beside those that come with the worker. */
    public Path pretrained() {
        return folder.resolve("pretrained");
    }

    public Path logs() {
        return folder.resolve("logs");
    }

    /** What is true of the running platform: its lock, process ids and ports. */
    public Path run() {
        return folder.resolve("run");
    }

    public Path lock() {
        return run().resolve("lock");
    }

    public Path launcherPid() {
        return run().resolve("launcher.pid");
    }

    /** There once everything answers; holds what was printed then. */
    public Path ready() {
        return run().resolve("ready");
    }

    /** One line for each process: name, process id, port. */
    public Path processes() {
        return run().resolve("processes");
    }

    public Path ports() {
        return folder.resolve("ports.properties");
    }

    /** Readable by its owner only. */
    public Path secrets() {
        return folder.resolve("secrets.properties");
    }

    /** The API key of the local user, readable by its owner only. */
    public Path key() {
        return folder.resolve("key");
    }
}
