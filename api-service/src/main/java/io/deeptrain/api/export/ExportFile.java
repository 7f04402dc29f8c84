package io.deeptrain.api.export;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A file that a training publishes, beside the others of its attempt. */
public enum ExportFile {
    /** The weights; the file that an export answers unless another is asked for. */
    SAFETENSORS("safetensors", "model.safetensors", "application/octet-stream"),
    /** The network with its weights, for runtimes that know nothing of this project. */
    ONNX("onnx", "model.onnx", "application/octet-stream"),
    /** Data, hyperparameters, metrics and limits, to read. */
    CARD("card", "README.md", "text/markdown; charset=utf-8"),
    /** The training as it was asked for, and how it went. */
    RUN("run", "run.json", "application/json"),
    /** The evaluation. */
    REPORT("report", "report.json", "application/json"),
    /** The inputs that were left out, and why. */
    UNREADABLE("unreadable", "unreadable.json", "application/json"),
    /** Of each image that was evaluated what it shows and what was said, a line of JSON each. */
    ANSWERS("answers", "answers.jsonl", "application/jsonl");

    /** Asks for all of them in one. */
    public static final String BUNDLE = "bundle";

    private final String format;
    private final String fileName;
    private final String mediaType;

    ExportFile(String format, String fileName, String mediaType) {
        this.format = format;
        this.fileName = fileName;
        this.mediaType = mediaType;
    }

    /** The file that is asked for by this word. */
    public static Optional<ExportFile> of(String format) {
        return Arrays.stream(values())
                .filter(file -> file.format.equals(format))
                .findFirst();
    }

    /** The words that can be asked for. */
    public static String formats() {
        List<String> words = Arrays.stream(values()).map(file -> file.format).collect(Collectors.toList());
        words.add(BUNDLE);
        return String.join(", ", words);
    }

    /**
     * Where it lies.
     *
     * @param modelKey where the model lies
     */
    public String key(String modelKey) {
        return this == SAFETENSORS ? modelKey : modelKey.substring(0, modelKey.lastIndexOf('/') + 1) + fileName;
    }

    public String format() {
        return format;
    }

    public String fileName() {
        return fileName;
    }

    public String mediaType() {
        return mediaType;
    }

    /** What a download of it is called: the name of the version, and as which file it can be told from the others. */
    public String downloadName(String version) {
        return switch (this) {
            case SAFETENSORS, ONNX -> version + fileName.substring(fileName.indexOf('.'));
            case CARD, RUN, REPORT, UNREADABLE, ANSWERS -> version + "-" + fileName;
        };
    }
}
