package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.deeptrain.api.acceptance.Doors.RestAnswer;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Keys;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Every call of the contract in every way that REST has for it: two neighbours who have the same make the same
 * requests, one through each door, and are answered the same.
 *
 * <p>{@code -Ddoors.seed=7} makes other requests, {@code -Ddoors.rounds=100} makes more of them.
 */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class DoorsAgreeTest {
    private static final long SEED = Long.getLong("doors.seed", 1);
    private static final int ROUNDS = Integer.getInteger("doors.rounds", 2);
    private static final String OWN = "own";

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    RpcTable table;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    Keys keys;

    @Test
    void on_every_route() {
        Random random = new Random(SEED);
        AnyRequest requests = new AnyRequest(random, List.of(OWN));
        // What deletes comes last, so that the others find something.
        List<RpcTable.Entry> entries = table.entries().stream()
                .sorted(Comparator.comparing(
                                (RpcTable.Entry entry) -> entry.name().startsWith("Delete"))
                        .thenComparing(RpcTable.Entry::name))
                .toList();
        List<String> differences = new ArrayList<>();
        int compared = 0;
        try (Doors doors = new Doors(base)) {
            for (int round = 0; round < ROUNDS; round++) {
                Neighbour ofGrpc = Neighbour.moved(base, keys, "mark");
                Neighbour ofRest = Neighbour.moved(base, keys, "mark");
                Normal grpc = Normal.of(Map.of(OWN, ofGrpc.ids()));
                Normal rest = Normal.of(Map.of(OWN, ofRest.ids()));
                for (RpcTable.Entry entry : entries) {
                    for (Binding binding : Binding.of(entry.method())) {
                        Message request = requests.of(entry.request(), binding);
                        Message one = grpc.of(doors.overGrpc(entry, grpc.filled(request), ofGrpc.key()));
                        RestAnswer answer = doors.overRest(entry, binding, rest.filled(request), ofRest.key());
                        Message other = rest.of(answer.answer());
                        if (!one.equals(other) || answer.httpStatus() != Answers.httpStatusOf(answer.answer())) {
                            differences.add("%s %s%n%sis answered over gRPC%n%sand over REST %d%n%s"
                                    .formatted(entry.name(), binding, request, one, answer.httpStatus(), other));
                        }
                        compared++;
                    }
                }
            }
        }
        assertThat(differences).as("of %d requests, seed %d", compared, SEED).isEmpty();
        assertThat(compared).isGreaterThan(ROUNDS * table.entries().size());
    }
}
