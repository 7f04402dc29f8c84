package io.deeptrain.worker.adapter.objects;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.worker.artifact.BestSoFar;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Saves a checkpoint, reads it, and says whether it is the same; then reads what only claims to be large. */
final class LargeCheckpoint {
    private static final int NUMBERS_OF_TENSOR = 1 << 21;
    private static final AttemptId ATTEMPT = new AttemptId(new JobId("job-1"), new FencingToken(3));

    private LargeCheckpoint() {}

    /** Arguments: a folder for objects, and how many tensors of eight mebibytes. */
    public static void main(String[] arguments) throws Exception {
        ObjectArchive archive =
                new ObjectArchive(ObjectStores.open(Path.of(arguments[0]).toUri()));
        // All tensors share their numbers, so that saving them takes no memory.
        float[] numbers = new float[NUMBERS_OF_TENSOR];
        for (int n = 0; n < numbers.length; n++) {
            numbers[n] = n * 0.5f;
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int n = 0; n < Integer.parseInt(arguments[1]); n++) {
            tensors.add(new Tensor("t" + n, List.of(NUMBERS_OF_TENSOR), numbers));
        }
        SavedTraining saved = new SavedTraining(
                ATTEMPT.jobId(), 1, "f".repeat(64), "net", 77, new LearnerState(tensors, List.of()), BestSoFar.NONE);
        StoredObject stored = archive.saveCheckpoint(ATTEMPT, saved);
        System.out.println(archive.checkpoint(stored).equals(saved) ? "the same" : "another");
        claim();
    }

    /** Three tensors of two gibibytes each, the last of which lies elsewhere. */
    private static void claim() throws IOException {
        StringBuilder json = new StringBuilder("{");
        long size = Integer.MAX_VALUE / Float.BYTES;
        for (int n = 0; n < 3; n++) {
            long begin = n * size * Float.BYTES + (n == 2 ? 4 : 0);
            json.append("%s\"t%d\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]}"
                    .formatted(n == 0 ? "" : ",", n, size, begin, begin + size * Float.BYTES));
        }
        byte[] header = json.append("}").toString().getBytes(StandardCharsets.UTF_8);
        byte[] file = ByteBuffer.allocate(Long.BYTES + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
        try {
            Safetensors.read(new ByteArrayInputStream(file), file.length + 3 * size * Float.BYTES);
        } catch (CorruptObjectException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
