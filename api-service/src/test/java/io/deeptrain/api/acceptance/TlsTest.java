package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.ListModelTypesRequest;
import com.clarifai.grpc.api.MultiModelTypeResponse;
import com.clarifai.grpc.api.V2Grpc;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The port for TLS, which has both doors as the plain one has. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class TlsTest {
    private static final String PATH = "/v2/models/types";

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI plain;

    @TestHTTPResource(tls = true)
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI secure;

    @ParameterizedTest
    @EnumSource
    void rest_answers_whoever_trusts_the_authority(Version version) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(trusting(Certificates.ofThisBuild()))
                .build()) {
            HttpResponse<byte[]> answer = client.send(modelTypes(), HttpResponse.BodyHandlers.ofByteArray());

            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(new ObjectMapper().readTree(answer.body()).path("model_types"))
                    .isEqualTo(
                            new Rest(plain, Surroundings.KEY).get(PATH).body().path("model_types"));
        }
    }

    @Test
    void nobody_is_answered_who_does_not() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> client.send(modelTypes(), HttpResponse.BodyHandlers.discarding()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void the_published_grpc_client_is_answered_as_well() throws Exception {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        secure.getHost(),
                        secure.getPort(),
                        TlsChannelCredentials.newBuilder()
                                .trustManager(
                                        Certificates.ofThisBuild().authority().toFile())
                                .build())
                .build();
        try {
            MultiModelTypeResponse answer = V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .listModelTypes(ListModelTypesRequest.getDefaultInstance());
            assertThat(answer.getStatus().getCodeValue()).isEqualTo(10000);
            assertThat(answer.getModelTypesCount()).isPositive();
        } finally {
            channel.shutdownNow();
        }
    }

    private HttpRequest modelTypes() {
        return HttpRequest.newBuilder(secure.resolve(PATH))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Key " + Surroundings.KEY)
                .build();
    }

    private static SSLContext trusting(Certificates certificates) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream authority = Files.newInputStream(certificates.authority())) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(authority));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
