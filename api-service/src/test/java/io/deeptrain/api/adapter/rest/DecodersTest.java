package io.deeptrain.api.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.PublishedRoute;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.rest.ContractJson.BadRequestException;
import io.deeptrain.contract.ServiceProto;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever is sent is understood or refused, and soon: no decoder falls over it.
 *
 * <p>{@code -Dfuzz.requests=1000000} sends more, {@code -Dfuzz.seed=7} sends something else.
 */
class DecodersTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 5000);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<RpcTable.Entry> entries = RpcTable.of(
                    ServiceProto.getDescriptor().findServiceByName("V2"), DecodersTest::generated)
            .build(_ -> new Caller("me", Optional.empty()))
            .entries()
            .stream()
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .toList();
    private final Random random = new Random(SEED);
    private final AnythingSent any = new AnythingSent(random);

    private static Message generated(Descriptor type) {
        try {
            return (Message) Class.forName(type.getFile().getOptions().getJavaPackage() + "." + type.getName())
                    .getMethod("getDefaultInstance")
                    .invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void of_json() {
        ContractJson json = new ContractJson(1 << 20);
        int understood = 0;
        for (int i = 0; i < REQUESTS; i++) {
            RpcTable.Entry entry = entries.get(random.nextInt(entries.size()));
            byte[] body = any.of(entry.request().getDescriptorForType());
            Map<String, List<String>> query = Map.of(
                    "page",
                    List.of(any.text()),
                    "ids",
                    List.of(any.text(), any.text()),
                    "status.code",
                    List.of(any.text()));
            if (assertTimeoutPreemptively(
                    PATIENCE,
                    () -> isUnderstood(json, entry.request(), body, random.nextBoolean() ? Map.of() : query),
                    () -> "seed %d: %s %s".formatted(SEED, entry.name(), new String(body, StandardCharsets.UTF_8)))) {
                understood++;
            }
        }
        assertThat(understood).as("understood, seed %d", SEED).isBetween(REQUESTS / 100, REQUESTS * 99 / 100);
    }

    /** Also what was understood can be said again. */
    private static boolean isUnderstood(ContractJson json, Message type, byte[] body, Map<String, List<String>> query) {
        try {
            json.tree(json.read(type, body, query, Map.of("id", "x")));
            return true;
        } catch (BadRequestException refused) {
            assertThat(refused).message().isNotBlank();
            return false;
        }
    }

    @Test
    void of_paths() {
        RouteTable routes = new RouteTable(entries, PublishedRoute.all());
        for (int i = 0; i < REQUESTS; i++) {
            String path = "/v2" + any.path();
            assertThatCode(() -> routes.find("GET", path))
                    .as("seed %d: %s", SEED, path)
                    .doesNotThrowAnyException();
        }
    }
}
