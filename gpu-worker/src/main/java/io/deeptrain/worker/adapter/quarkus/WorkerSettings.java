package io.deeptrain.worker.adapter.quarkus;

import io.deeptrain.worker.learning.Precision;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A worker's settings, each from the environment: {@code deeptrain.worker.id} is {@code DEEPTRAIN_WORKER_ID}. */
@ConfigMapping(prefix = "deeptrain")
public interface WorkerSettings {
    /** Where images, checkpoints and models lie, as in {@code file:///var/lib/deeptrain/objects}. */
    URI objects();

    Worker worker();

    /** What concerns this worker alone. */
    interface Worker {
        /** The name that it keeps over restarts. */
        String id();

        /** What the scheduler places by. */
        @WithDefault("cpu")
        String gpuClass();

        /**
         * How many GPUs a training may use, with a process for each; as many as the engine sees if it is not set. On a
         * machine without GPUs so many processes train on its processor, and one if it is not set.
         */
        OptionalInt gpus();

        /**
         * Which part of a GPU its only one is, as in 0.143 for the smallest slice that MIG makes of an A100. Without it
         * its GPUs are whole. A training on a slice shares no attempt with other workers.
         */
        OptionalDouble gpuFraction();

        /** Threads of one operation. Only with one do results repeat bit for bit. */
        @WithDefault("1")
        int threads();

        /**
         * Whether GPUs that learn together exchange what they learn by NCCL, where all of them can; else it goes
         * through main memory. That of the worker that leads a training counts.
         */
        @WithDefault("true")
        boolean nccl();

        /**
         * How exactly layers compute while they learn. Without it as the device does best: {@code bf16}, or else
         * {@code fp16}, on GPUs that have instructions for it, {@code fp32} on all else, where results then repeat bit
         * for bit.
         */
        Optional<Precision> precision();

        /** Threads that decode images and make batches ahead of the training. What it learns does not depend on it. */
        @WithDefault("2")
        int inputThreads();

        /** How many images go through a model together at most, whoever asks about them. */
        @WithDefault("32")
        int predictionBatch();

        /**
         * The folder with the programs that are asked how the GPUs are before each attempt, {@code nvidia-smi} and
         * {@code dmesg}.
         */
        @WithDefault("/usr/bin")
        Path programs();

        /** How often they are asked beside that: what is found then shows in the next beat. */
        @WithDefault("PT1M")
        Duration gpuCheck();

        /**
         * The folder with weights that trainings may start from, beside those that come with the worker. See
         * {@link io.deeptrain.worker.adapter.objects.PretrainedFiles}.
         */
        Optional<Path> pretrained();

        /** How it takes part in trainings that lie over several workers; without it, in none. */
        Optional<Gang> gang();

        /** How long it may take to save and give back a training when it is told to end. */
        @WithDefault("PT20S")
        Duration drainTimeout();
    }

    /** Where the processes of this worker and of others meet. */
    interface Gang {
        /** The name or address under which other workers reach this one. */
        String host();

        /**
         * Where other workers' ranks come to, 7400 without it; ranks of this worker take the free ones among the 64
         * behind it. A default here would make the whole group be there, and its host and key be missing.
         */
        OptionalInt port();

        /**
         * By what ranks know each other: the same for all workers, of at least 16 characters, and known to nobody else.
         */
        String key();

        /** Workers with the same rack share a switch. */
        Optional<String> rack();

        /** Workers with the same domain have GPUs that are linked without a network. */
        Optional<String> nvlinkDomain();
    }
}
