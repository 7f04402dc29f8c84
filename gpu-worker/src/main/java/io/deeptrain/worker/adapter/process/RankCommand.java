package io.deeptrain.worker.adapter.process;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.EventType;
import io.deeptrain.event.adapter.json.EventJson;
import io.deeptrain.event.adapter.json.UnreadableEventException;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.OtherRanks.Part;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/** What a rank is told to do. Commands are carried out in order. */
sealed interface RankCommand {
    int PREPARE = 1;
    int LEARN = 2;
    int RESTORE = 3;
    int COMPARE = 4;

    /**
     * Join the ring, build the network, say that it is ready. The first command.
     *
     * @param next host and port where the next rank is
     * @param precision that all ranks learn with
     */
    record Prepare(AttemptAssigned assignment, String next, Precision precision, List<float[]> network)
            implements RankCommand {}

    /** Take a step. */
    record Learn(Part part) implements RankCommand {}

    /** Go on from there. */
    record Restore(List<float[]> network, List<float[]> optimizer, LossScale lossScale) implements RankCommand {}

    /** Answer with the digest of what was learned. */
    record Compare() implements RankCommand {}

    static void prepare(
            DataOutputStream out, AttemptAssigned assignment, String next, Precision precision, List<Tensor> network)
            throws IOException {
        byte[] body = new EventJson().body(assignment);
        out.writeByte(PREPARE);
        out.writeUTF(EventType.of(assignment).name());
        out.writeInt(body.length);
        out.write(body);
        out.writeUTF(next);
        out.writeUTF(precision.name());
        Wire.writeTensors(out, network);
        out.flush();
    }

    static void learn(DataOutputStream out, Part part) throws IOException {
        out.writeByte(LEARN);
        Wire.writePart(out, part);
        out.flush();
    }

    static void restore(DataOutputStream out, LearnerState state) throws IOException {
        out.writeByte(RESTORE);
        Wire.writeTensors(out, state.network());
        Wire.writeTensors(out, state.optimizer());
        Wire.writeLossScale(out, state.lossScale());
        out.flush();
    }

    static void compare(DataOutputStream out) throws IOException {
        out.writeByte(COMPARE);
        out.flush();
    }

    /** The next one. */
    static RankCommand read(DataInputStream in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case PREPARE ->
                new Prepare(readAssignment(in), in.readUTF(), Precision.valueOf(in.readUTF()), Wire.readTensors(in));
            case LEARN -> new Learn(Wire.readPart(in));
            case RESTORE -> new Restore(Wire.readTensors(in), Wire.readTensors(in), Wire.readLossScale(in));
            case COMPARE -> new Compare();
            default -> throw new IOException("no command is of kind " + kind);
        };
    }

    private static AttemptAssigned readAssignment(DataInputStream in) throws IOException {
        EventType type = EventType.named(in.readUTF()).orElseThrow();
        byte[] body = new byte[in.readInt()];
        in.readFully(body);
        try {
            return (AttemptAssigned) new EventJson().parse(type, body);
        } catch (UnreadableEventException unreadable) {
            throw new IOException("the assignment cannot be read", unreadable);
        }
    }
}
