package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.DataSourceURL;
import com.clarifai.grpc.api.InputsDataSource;
import com.clarifai.grpc.api.PostInputsDataSourcesRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.api.adapter.archive.Tar;
import io.deeptrain.api.adapter.http.ArchiveFetch;
import io.deeptrain.api.adapter.http.Loopback;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Archives that are fetched from where they lie. The fetcher is the real one, but for this machine's own addresses. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
class DataSourcesTest {
    private static final long BYTES_MAX = 1 << 20;

    @TestHTTPResource
    URI base;

    @Inject
    DataSource dataSource;

    private Fixture app;
    private HttpServer server;
    private final CountDownLatch ending = new CountDownLatch(1);

    @BeforeEach
    void anAppAndAServer() throws IOException {
        app = Fixture.in(base);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        ending.countDown();
        server.stop(0);
    }

    private void serve(String path, byte[] content) {
        server.createContext(path, exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        });
    }

    private String url(String path) {
        return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
    }

    private static void fetchFromThisMachine() {
        QuarkusMock.installMockForType(Loopback.archives(BYTES_MAX), ArchiveFetch.class);
    }

    private static byte[] images() {
        return new Tar()
                .file("cats/1.png", Fixture.png(1))
                .file("dogs/2.png", Fixture.png(2))
                .gzipped();
    }

    @Test
    void archives_are_fetched_and_their_images_labelled_by_their_folders() throws SQLException {
        fetchFromThisMachine();
        serve("/a", images());
        serve("/b", new Tar().file("owls/3.png", Fixture.png(3)).bytes());

        Answer posted = app.post(
                "/inputs/data_sources",
                "{'data_sources':[{'inputs_add_job_id':'job','url':{'url':'%s'}},{'inputs_add_job_id':'job','url':{'url':'%s'}}]}"
                        .formatted(url("/a?signature=secret"), url("/b")));
        assertThat(posted.code()).as(posted.details()).isEqualTo(10000);
        assertThat(posted.body().at("/inputs_add_jobs/0/status/code").asInt()).isEqualTo(64001);

        JsonNode job = finished("job");
        assertThat(job.at("/status/code").asInt()).isEqualTo(64002);
        assertThat(job.at("/progress/success_count").asText()).isEqualTo("3");
        assertThat(job.path("extraction_jobs")).hasSize(2);
        assertThat(Fixture.texts(
                        app.get("/inputs").body().path("inputs"),
                        input -> input.at("/data/concepts/0/id").asText()))
                .containsExactlyInAnyOrder("cats", "dogs", "owls");
        try (Connection connection = dataSource.getConnection();
                var kept = connection
                        .createStatement()
                        .executeQuery("select count(*) from extraction where source_url <> ''")) {
            kept.next();
            assertThat(kept.getInt(1))
                    .as("addresses that are kept beyond their use")
                    .isZero();
        }
    }

    @Test
    void the_published_grpc_client_names_them_too() {
        fetchFromThisMachine();
        serve("/a", images());
        app.overGrpc((stub, whose) -> {
            String id = stub.postInputsDataSources(PostInputsDataSourcesRequest.newBuilder()
                            .setUserAppId(whose)
                            .addDataSources(InputsDataSource.newBuilder()
                                    .setUrl(DataSourceURL.newBuilder().setUrl(url("/a"))))
                            .build())
                    .getInputsAddJobs(0)
                    .getId();
            assertThat(finished(id).at("/progress/success_count").asText()).isEqualTo("2");
        });
    }

    @Test
    void what_does_not_come_is_said() {
        fetchFromThisMachine();
        serve("/text", "no archive".getBytes(StandardCharsets.UTF_8));
        serve("/large", new byte[(int) BYTES_MAX + 1]);
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", url("/text"));
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        assertThat(failure(url("/text"))).isEqualTo("the file is not a zip, tar or tar.gz archive");
        assertThat(failure(url("/large")))
                .isEqualTo("the archive could not be fetched: it has more than 1048576 bytes");
        assertThat(failure(url("/moved"))).contains("answered 302, not 200; redirects are not followed");
        assertThat(failure(url("/none"))).contains("answered 404, not 200");
    }

    @Test
    void nothing_is_fetched_from_within() {
        for (String host : new String[] {"127.0.0.1:" + server.getAddress().getPort(), "169.254.169.254", "[::1]"}) {
            assertThat(failure("http://%s/a".formatted(host))).contains("is not on the public internet");
        }
    }

    @Test
    void all_that_is_not_served_is_said_at_once() {
        Answer refused = app.post("/inputs/data_sources", """
                {'call_back_url':'http://me','data_sources':[
                 {'url':{'url':'s3://bucket/folder','credentials':{'s3_creds':{'id':'i','secret':'s'}}}},
                 {'url':{'url':'gs://bucket/a.zip'}},{'url':{'url':'https://user@host/a.zip'}},{}]}
                """.replace("\n", ""));
        assertThat(refused.code()).isEqualTo(39999);
        assertThat(refused.details().lines().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly(
                        "call_back_url",
                        "data_sources[0].url.credentials",
                        "data_sources[0].url.url",
                        "data_sources[1].url.url",
                        "data_sources[2].url.url",
                        "data_sources[3].url.url");
        assertThat(refused.details()).contains("presigned https addresses only").doesNotContain("'s'");
        assertThat(app.post("/inputs/data_sources", "{}").details())
                .isEqualTo("data_sources is 0 sources but must be 1 to 16 sources");
    }

    @Test
    void what_is_cancelled_while_it_comes_is_not_fetched_to_its_end() throws InterruptedException {
        fetchFromThisMachine();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch hungUp = new CountDownLatch(1);
        server.createContext("/endless", exchange -> endless(exchange, begun, hungUp));
        app.post(
                "/inputs/data_sources",
                "{'data_sources':[{'inputs_add_job_id':'job','url':{'url':'%s'}}]}".formatted(url("/endless")));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        app.patch("/inputs/jobs/add/job", "{}");

        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
        Elsewhere.eventually(
                () -> job("job").at("/extraction_jobs/0/status/code").asInt() == 64004);
        assertThat(app.get("/inputs").body().path("inputs")).isEmpty();
    }

    private void endless(HttpExchange exchange, CountDownLatch begun, CountDownLatch hungUp) throws IOException {
        exchange.sendResponseHeaders(200, BYTES_MAX);
        begun.countDown();
        try {
            while (!ending.await(20, TimeUnit.MILLISECONDS)) {
                exchange.getResponseBody().write(new byte[64]);
                exchange.getResponseBody().flush();
            }
        } catch (IOException gone) {
            hungUp.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String failure(String url) {
        Answer posted = app.post("/inputs/data_sources", "{'data_sources':[{'url':{'url':'%s'}}]}".formatted(url));
        assertThat(posted.code()).as(posted.details()).isEqualTo(10000);
        JsonNode job = finished(posted.body().at("/inputs_add_jobs/0/id").asText());
        assertThat(job.at("/status/code").asInt()).isEqualTo(64003);
        return job.at("/extraction_jobs/0/status/details").asText();
    }

    private JsonNode finished(String job) {
        Elsewhere.eventually(() -> job(job).at("/status/code").asInt() != 64001);
        return job(job);
    }

    private JsonNode job(String job) {
        return app.get("/inputs/jobs/add/" + job).body().path("inputs_add_job");
    }
}
