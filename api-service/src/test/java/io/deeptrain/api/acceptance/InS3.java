package io.deeptrain.api.acceptance;

import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Objects lie in a bucket of a real server of S3's protocol. */
public final class InS3 implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("deeptrain.objects", TestServers.newBucket().toString());
    }
}
