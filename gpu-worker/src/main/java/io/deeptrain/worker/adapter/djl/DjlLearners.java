package io.deeptrain.worker.adapter.djl;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Learners on DJL's PyTorch engine. */
public final class DjlLearners implements Learners {
    static final String ENGINE = "PyTorch";
    private static final String NAME = "net";

    private final int threads;
    private final Precision precision;
    private final int place;
    private final AtomicInteger predictors;

    static {
        // The engine reads these when its first class is loaded. It must not call home, nor look for downloads.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        EngineLibraries.prepare();
    }

    /**
     * The engine's learners, in 32 bits.
     *
     * @param threads how many threads one operation may use; with one, results repeat bit for bit
     */
    public DjlLearners(int threads) {
        this(threads, Precision.FP32);
    }

    /** The same. */
    public DjlLearners(int threads, Precision precision) {
        this(threads, precision, 0, new AtomicInteger());
    }

    private DjlLearners(int threads, Precision precision, int place, AtomicInteger predictors) {
        this.threads = threads;
        this.precision = precision;
        this.place = place;
        this.predictors = predictors;
        Engine.getEngine(ENGINE);
        JniUtils.setNumThreads(threads);
    }

    /** What this machine's GPUs, if it has any, learn fastest with. */
    public static Precision precisionOfDevice() {
        Device device = Engine.getEngine(ENGINE).defaultDevice();
        return device.isGpu() ? Precision.ofGpu(CudaUtils.getComputeCapability(device.getDeviceId())) : Precision.FP32;
    }

    /** How many GPUs the engine can use: none where it is built for processors, or sees none. */
    public static int gpus() {
        return Engine.getEngine(ENGINE).getGpuCount();
    }

    @Override
    public DjlLearners on(int otherPlace) {
        return new DjlLearners(threads, precision, otherPlace, predictors);
    }

    private Device device() {
        Device standard = Engine.getEngine(ENGINE).defaultDevice();
        return standard.isGpu() ? Device.gpu(place) : standard;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    /**
     * Of a processor it is the machine's, or as much of it as the process may have, less what the Java heap may take:
     * images and checkpoints lie there, the engine's numbers do not.
     */
    @Override
    public long memoryBytes() {
        Device device = device();
        if (device.isGpu()) {
            return CudaUtils.getGpuMemory(device).getMax();
        }
        return Math.max(0, machineBytes() - Runtime.getRuntime().maxMemory());
    }

    private static long machineBytes() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    @Override
    public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
        return new DjlLearner(
                network,
                recipe,
                precision,
                loaded(network, TorchScriptSource.learning(network, recipe, precision), state),
                exchange);
    }

    @Override
    public Predictor predictor(Network network, List<Tensor> state) {
        Model model = loaded(network, TorchScriptSource.predicting(network), state);
        predictors.incrementAndGet();
        return new DjlPredictor(network, model, predictors::decrementAndGet);
    }

    @Override
    public int predictors() {
        return predictors.get();
    }

    private Model loaded(Network network, String source, List<Tensor> state) {
        // OpenMP keeps the number for each thread by itself, and the learner will learn on this one.
        JniUtils.setNumThreads(threads);
        // Kept for each thread, too. It would run a network's first step as it is written and later ones specialised,
        // which
        // differ in the last bit: a resumed training would not go on as the interrupted one.
        JniUtils.setGraphExecutorOptimize(false);
        try {
            Path folder = Files.createTempDirectory("deeptrain-net");
            Path archive = folder.resolve(NAME + ".pt");
            try {
                TorchScriptArchive.write(archive, source, network, state);
                Model model = Model.newInstance(NAME, device(), ENGINE);
                model.load(folder, NAME, Map.of("trainParam", "true"));
                return model;
            } finally {
                Files.deleteIfExists(archive);
                Files.delete(folder);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot hand a network to the engine", failure);
        } catch (MalformedModelException impossible) {
            throw new IllegalStateException("the engine refuses what was written for it", impossible);
        }
    }
}
