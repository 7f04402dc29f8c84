package io.deeptrain.benchmarks.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A folder with public traces, as their authors publish them. */
record TraceFolder(Path folder) {
    /** From the command line. */
    static TraceFolder of(String[] arguments, String usage) {
        if (arguments.length != 1 || !Files.isDirectory(Path.of(arguments[0]))) {
            throw new IllegalArgumentException("usage: %s DIR, where DIR is a folder with the traces; got %s"
                    .formatted(usage, List.of(arguments)));
        }
        return new TraceFolder(Path.of(arguments[0]));
    }

    /** {@code NAME.csv} with the columns {@code job_id,submission_time,duration,num_gpu}, times in seconds. */
    List<TracedJob> itp(String name) throws IOException {
        List<TracedJob> jobs = new ArrayList<>();
        for (Map<String, String> row : rows(name + ".csv")) {
            double seconds = number(row, "duration");
            jobs.add(new TracedJob(
                    text(row, "job_id"),
                    (long) number(row, "submission_time"),
                    (int) number(row, "num_gpu"),
                    _ -> seconds));
        }
        return jobs;
    }

    /**
     * {@code NAME.csv} with {@code name,time,application,num_replicas,batch_size}, and how long each application takes
     * in each placement, start included, in {@code isolated_runtime_seconds.csv}.
     */
    List<TracedJob> pollux(String name) throws IOException {
        Map<String, Double> seconds = new HashMap<>();
        for (Map<String, String> row : rows("isolated_runtime_seconds.csv")) {
            seconds.put(
                    workload(row, text(row, "placement")),
                    number(row, "isolated_runtime_s") - Replay.RESTART.toSeconds());
        }
        List<TracedJob> jobs = new ArrayList<>();
        for (Map<String, String> row : rows(name + ".csv")) {
            jobs.add(new TracedJob(
                    text(row, "name"), (long) number(row, "time"), (int) number(row, "num_replicas"), placement -> {
                        Double known = seconds.get(workload(row, placement.shape()));
                        if (known == null) {
                            throw new IllegalStateException(
                                    "no run time is known of %s on %s".formatted(row, placement.shape()));
                        }
                        return known;
                    }));
        }
        return jobs;
    }

    /**
     * The same jobs on any number of GPUs, so many times the trace's at most. One that asks for a single GPU stays on
     * it.
     */
    List<TracedJob> elasticPollux(String name, int times, int gpusOfCluster) throws IOException {
        RunTimes runTimes = new RunTimes();
        for (Map<String, String> row : rows("isolated_runtime_seconds.csv")) {
            runTimes.add(
                    text(row, "application"),
                    (int) number(row, "num_replicas"),
                    text(row, "placement"),
                    number(row, "isolated_runtime_s") - Replay.RESTART.toSeconds());
        }
        List<TracedJob> jobs = new ArrayList<>();
        for (Map<String, String> row : rows(name + ".csv")) {
            String application = text(row, "application");
            int asked = (int) number(row, "num_replicas");
            jobs.add(new TracedJob(
                    text(row, "name"),
                    (long) number(row, "time"),
                    asked == 1 ? 1 : Math.min(gpusOfCluster, times * asked),
                    placement -> runTimes.seconds(application, placement)));
        }
        return jobs;
    }

    private static String workload(Map<String, String> row, String placement) {
        return String.join(
                ",", text(row, "application"), text(row, "num_replicas"), text(row, "batch_size"), placement);
    }

    private static double number(Map<String, String> row, String column) {
        return Double.parseDouble(text(row, column));
    }

    private static String text(Map<String, String> row, String column) {
        String text = row.get(column);
        if (text == null) {
            throw new IllegalArgumentException("a column %s is missing in %s".formatted(column, row));
        }
        return text;
    }

    private List<Map<String, String>> rows(String file) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(file));
        String[] columns = lines.getFirst().split(",", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] values = line.split(",", -1);
            if (values.length != columns.length) {
                throw new IllegalArgumentException(
                        "%s: %d values would be right: %s".formatted(file, columns.length, line));
            }
            Map<String, String> row = new HashMap<>();
            for (int column = 0; column < columns.length; column++) {
                row.put(columns[column], values[column]);
            }
            rows.add(row);
        }
        return rows;
    }
}
