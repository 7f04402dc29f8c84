package io.deeptrain.worker.adapter.djl;

import ai.djl.engine.Engine;
import io.deeptrain.worker.adapter.nccl.Cuda;
import io.deeptrain.worker.adapter.nccl.Nccl;
import io.deeptrain.worker.adapter.nccl.NcclAllReduce.Equipment;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import org.jboss.logging.Logger;

/** NCCL for the engine's GPUs. PyTorch for GPUs has it built in; else it is the system's. */
public final class EngineNccl {
    private static final Logger LOG = Logger.getLogger(EngineNccl.class);
    private static final String ENGINE_LIBRARY = System.mapLibraryName("torch_cuda");
    private static final String SYSTEM_LIBRARY = "libnccl.so.2";
    private static final String DRIVER = "libcuda.so.1";

    private EngineNccl() {}

    /** What the process needs to exchange by it; nothing if the engine has no GPUs, or there is no NCCL. */
    public static Optional<Equipment> at(int place) {
        if (!Engine.getEngine(DjlLearners.ENGINE).defaultDevice().isGpu()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Equipment(library(), new Cuda(system(DRIVER), place)));
        } catch (IllegalArgumentException | UnsupportedOperationException missing) {
            LOG.warnf("GPUs cannot exchange by NCCL: %s", missing.getMessage());
            return Optional.empty();
        }
    }

    /**
     * The library alone.
     *
     * @throws IllegalArgumentException if there is none
     * @throws UnsupportedOperationException if it is too old
     */
    static Nccl library() {
        try {
            return new Nccl(TensorMemory.library(ENGINE_LIBRARY));
        } catch (IllegalArgumentException | UnsupportedOperationException notBuiltIn) {
            LOG.debugf("the engine has no NCCL built in: %s", notBuiltIn.getMessage());
            return new Nccl(system(SYSTEM_LIBRARY));
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup system(String library) {
        return SymbolLookup.libraryLookup(library, Arena.global());
    }
}
