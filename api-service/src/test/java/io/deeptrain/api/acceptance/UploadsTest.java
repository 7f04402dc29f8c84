package io.deeptrain.api.acceptance;

import static io.deeptrain.api.acceptance.Fixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.PostUploadsRequest;
import com.clarifai.grpc.api.PutUploadContentPartsRequest;
import com.clarifai.grpc.api.Upload;
import com.clarifai.grpc.api.UploadContentPart;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.api.adapter.archive.Tar;
import io.deeptrain.api.adapter.rpc.Sweep;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
class UploadsTest {
    @TestHTTPResource
    URI base;

    @Inject
    DataSource dataSource;

    @Inject
    ObjectStore objects;

    @Inject
    Sweep sweep;

    private Fixture app;

    @BeforeEach
    void anAppOfItsOwn() {
        app = Fixture.in(base);
    }

    @Test
    void parts_come_in_any_order_and_again_and_are_checked() {
        Answer created = app.post("/uploads", "{'uploads':[{'id':'u','content_name':'a.zip','content_length':10}]}");
        assertThat(created.body().at("/uploads/0/status/code").asInt()).isEqualTo(68000);
        assertThat(created.body().at("/uploads/0/content_length").asText()).isEqualTo("10");

        Answer last = put("u", 6, new byte[4]);
        assertThat(last.body().at("/upload/status/percent_completed").asInt()).isEqualTo(40);
        assertThat(last.body().at("/upload/status/details").asText()).isEqualTo("The first byte that is missing is 0");
        assertThat(put("u", 6, new byte[4]).code()).isEqualTo(10000);
        assertThat(put("u", 5, new byte[4]).code()).isEqualTo(68006);
        assertThat(put("u", 8, new byte[4]).details()).contains("must end within the 10 bytes of the file");
        assertThat(app.put("/uploads/u/content_parts", "{}")
                        .body()
                        .at("/upload/status/code")
                        .asInt())
                .isEqualTo(68000);
        assertThat(put("u", 0, new byte[6]).body().at("/upload/status/code").asInt())
                .isEqualTo(68001);
        assertThat(put("none", 0, new byte[6]).code()).isEqualTo(11101);
    }

    private Answer put(String upload, long start, byte[] data) {
        return app.put(
                "/uploads/" + upload + "/content_parts",
                "{'content_parts':[{'range_start':%d,'part_number':1,'data':'%s'}]}"
                        .formatted(start, Base64.getEncoder().encodeToString(data)));
    }

    @Test
    void what_cannot_be_uploaded_is_refused_by_field_and_value() {
        assertThat(app.post("/uploads", "{'uploads':[{'content_length':0}]}").details())
                .isEqualTo("content_length is '0' but must be from 1 to 10737418240");
        assertThat(app.post("/uploads", "{'uploads':[{'content_length':'10737418241'}]}")
                        .code())
                .isEqualTo(68002);
        assertThat(app.post("/uploads", "{'uploads':[{'content_length':1,'content_url':'http://x/y'}]}")
                        .details())
                .startsWith("content_url is 'http://x/y' but must be empty");
        assertThat(app.post("/uploads", "{}").details()).isEqualTo("uploads holds 0 uploads but must hold 1 to 16");
        assertThat(app.post("/inputs/uploads", "{'inputs_uploads':[{'upload':{'id':'none'}}]}")
                        .code())
                .isEqualTo(11101);
        assertThat(app.post(
                                "/inputs/uploads",
                                "{'inputs_uploads':[{'upload':{'content_length':1},'input_template':{'dataset_ids':['none']}}]}")
                        .details())
                .contains("dataset_ids is 'none' but must name a dataset of this app");
    }

    @Test
    void the_images_of_an_archive_become_inputs_labelled_by_their_folders() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("cats/", new byte[0]);
        entries.put("cats/1.png", Fixture.png(1));
        entries.put("pets/dogs/2.png", Fixture.png(2));
        entries.put("3.png", Fixture.png(3));
        entries.put("notes.txt", "no image".getBytes(StandardCharsets.UTF_8));
        entries.put("__MACOSX/cats/._1.png", new byte[1]);
        for (int i = 10; i < 50; i++) {
            entries.put("more/%d.png".formatted(i), Fixture.png(i));
        }
        upload("u", zip(entries));

        JsonNode job = extracted("'inputs_add_job_id':'job','upload':{'id':'u'}");

        assertThat(job.path("id").asText()).isEqualTo("job");
        assertThat(job.at("/status/code").asInt()).isEqualTo(64002);
        assertThat(job.at("/progress/success_count").asText()).isEqualTo("43");
        assertThat(job.at("/progress/failed_count").asText()).isEqualTo("1");
        assertThat(job.path("progress").has("pending_count")).isFalse();
        assertThat(job.at("/extraction_jobs/0/progress/image_inputs_count").asText())
                .isEqualTo("43");
        assertThat(job.at("/uploads/0/status/code").asInt()).isEqualTo(68001);
        JsonNode inputs = app.get("/inputs?per_page=100").body().path("inputs");
        assertThat(inputs).hasSize(43);
        assertThat(texts(inputs, UploadsTest::described).subList(0, 3))
                .containsExactly("cats/1.png cats=1.0", "pets/dogs/2.png dogs=1.0", "3.png =");
    }

    private static String described(JsonNode input) {
        return "%s %s=%s"
                .formatted(
                        input.at("/data/metadata/filename").asText(),
                        input.at("/data/concepts/0/id").asText(),
                        input.at("/data/concepts/0/value").asText());
    }

    @Test
    void a_tar_is_taken_apart_as_a_zip_is() {
        Tar tar = new Tar().file("./cats/1.png", Fixture.png(1)).file("./dogs/2.png", Fixture.png(2));
        upload("u", tar.gzipped());

        assertThat(extracted("'upload':{'id':'u'}")
                        .at("/progress/success_count")
                        .asText())
                .isEqualTo("2");
        assertThat(texts(app.get("/inputs").body().path("inputs"), UploadsTest::described))
                .containsExactly("cats/1.png cats=1.0", "dogs/2.png dogs=1.0");
    }

    @Test
    void an_archive_that_a_replica_left_behind_is_begun_again_and_nothing_is_added_twice() throws SQLException {
        upload("u", zip(Map.of("cats/1.png", Fixture.png(1), "cats/2.png", Fixture.png(2))));
        extracted("'inputs_add_job_id':'job','upload':{'id':'u'}");
        String leftBehind = "update extraction set state = 'running', worker = 'gone', succeeded = 0,"
                + " worked_at = now() - interval '3 minutes' where app_id = '" + app.app() + "'";

        execute(leftBehind);

        JsonNode again = finished("job");
        assertThat(again.at("/status/code").asInt()).isEqualTo(64002);
        assertThat(again.at("/progress/success_count").asText()).isEqualTo("2");
        assertThat(app.get("/inputs").body().path("inputs")).hasSize(2);
    }

    @Test
    void an_upload_that_has_expired_is_forgotten_with_its_bytes_and_what_waits_for_it_fails() throws SQLException {
        app.post("/uploads", "{'uploads':[{'id':'old','content_length':10}]}");
        put("old", 0, new byte[4]);
        app.post("/inputs/uploads", "{'inputs_uploads':[{'inputs_add_job_id':'job','upload':{'id':'old'}}]}");
        app.post("/uploads", "{'uploads':[{'id':'young','content_length':10}]}");
        String key = "select object_key from upload_part where upload_id = 'old' and app_id = '" + app.app() + "'";
        String objectKey = text(key);
        assertThat(isStored(objectKey)).isTrue();
        execute("update upload set expires_at = now() - interval '1 second' where upload_id = 'old' and app_id = '"
                + app.app() + "'");
        assertThat(put("old", 4, new byte[6]).code()).isEqualTo(68004);

        sweep.now();

        assertThat(put("old", 4, new byte[6]).code()).isEqualTo(11101);
        assertThat(isStored(objectKey)).isFalse();
        assertThat(put("young", 0, new byte[4]).code()).isEqualTo(10000);
        assertThat(job("job").at("/status/code").asInt()).isEqualTo(64003);
        assertThat(job("job").at("/extraction_jobs/0/status/details").asText()).isEqualTo("the upload has expired");
    }

    private boolean isStored(String key) {
        try {
            return objects.exists(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    @Test
    void a_template_says_what_all_images_of_an_archive_have() {
        app.post("/datasets", "{'datasets':[{'id':'d'}]}");
        upload("u", zip(Map.of("cats/1.png", Fixture.png(1))));

        extracted("'upload':{'id':'u'},'input_template':{'dataset_ids':['d'],'data':{'concepts':[{'id':'pet'}],"
                + "'metadata':{'from':'zip'}}}");

        JsonNode member = app.get("/datasets/d/inputs").body().at("/dataset_inputs/0/input/data");
        assertThat(member.path("concepts").findValuesAsText("id")).containsExactly("pet");
        assertThat(member.at("/metadata/from").asText()).isEqualTo("zip");
    }

    @Test
    void an_archive_that_leads_outside_or_unfolds_without_end_or_is_none_is_refused() {
        upload("slip", zip(Map.of("../../evil.png", Fixture.png(1))));
        upload("bomb", zip(Map.of("bomb.png", new byte[12 << 20])));
        upload("text", "no archive".getBytes(StandardCharsets.UTF_8));

        assertThat(failure("slip")).contains("'../../evil.png' but must be a relative path within the archive");
        assertThat(failure("bomb")).isEqualTo("the archive unfolds to more than 100 times its size");
        assertThat(failure("text")).isEqualTo("the file is not a zip, tar or tar.gz archive");
        assertThat(app.get("/inputs").body().path("inputs")).isEmpty();
    }

    private String failure(String upload) {
        JsonNode job = extracted("'upload':{'id':'%s'}".formatted(upload));
        assertThat(job.at("/status/code").asInt()).isEqualTo(64003);
        assertThat(job.at("/extraction_jobs/0/status/code").asInt()).isEqualTo(67000);
        return job.at("/extraction_jobs/0/status/details").asText();
    }

    @Test
    void an_archive_waits_for_its_last_part_and_can_be_cancelled_until_then() {
        byte[] zip = zip(Map.of("cats/1.png", Fixture.png(1)));
        for (String id : new String[] {"cancelled", "completed"}) {
            Answer posted = app.post(
                    "/inputs/uploads",
                    "{'inputs_uploads':[{'inputs_add_job_id':'%s','upload':{'id':'','content_length':%d}}]}"
                            .formatted(id, zip.length));
            assertThat(posted.body().at("/inputs_add_jobs/0/status/code").asInt())
                    .isEqualTo(64001);
            assertThat(posted.body()
                            .at("/inputs_add_jobs/0/progress/in_progress_count")
                            .asText())
                    .isEqualTo("1");
            String upload = posted.body().at("/inputs_add_jobs/0/uploads/0/id").asText();
            if (id.equals("cancelled")) {
                Answer cancelled = app.patch("/inputs/jobs/add/cancelled", "{}");
                assertThat(cancelled.body().at("/inputs_add_job/status/code").asInt())
                        .isEqualTo(64004);
                assertThat(cancelled
                                .body()
                                .at("/inputs_add_job/extraction_jobs/0/status/code")
                                .asInt())
                        .isEqualTo(64004);
            }
            put(upload, 0, zip);
        }
        assertThat(finished("completed").at("/progress/success_count").asText()).isEqualTo("1");
        assertThat(app.get("/inputs").body().path("inputs")).hasSize(1);
    }

    @Test
    void the_published_grpc_client_uploads_in_parts() {
        app.overGrpc((stub, whose) -> {
            String id = stub.postUploads(PostUploadsRequest.newBuilder()
                            .setUserAppId(whose)
                            .addUploads(Upload.newBuilder().setContentLength(3))
                            .build())
                    .getUploads(0)
                    .getId();
            var upload = stub.putUploadContentParts(PutUploadContentPartsRequest.newBuilder()
                            .setUserAppId(whose)
                            .setUploadId(id)
                            .addContentParts(UploadContentPart.newBuilder()
                                    .setRangeStart(1)
                                    .setData(ByteString.copyFrom(new byte[2])))
                            .addContentParts(UploadContentPart.newBuilder().setData(ByteString.copyFrom(new byte[1])))
                            .build())
                    .getUpload();
            assertThat(upload.getStatus().getCodeValue()).isEqualTo(68001);
        });
    }

    /** In three parts, the last one first. */
    private void upload(String id, byte[] content) {
        app.post("/uploads", "{'uploads':[{'id':'%s','content_length':%d}]}".formatted(id, content.length));
        int third = content.length / 3;
        put(id, 2L * third, Arrays.copyOfRange(content, 2 * third, content.length));
        put(id, 0, Arrays.copyOfRange(content, 0, third));
        assertThat(put(id, third, Arrays.copyOfRange(content, third, 2 * third))
                        .body()
                        .at("/upload/status/code")
                        .asInt())
                .isEqualTo(68001);
    }

    private JsonNode extracted(String inputsUpload) {
        Answer posted = app.post("/inputs/uploads", "{'inputs_uploads':[{%s}]}".formatted(inputsUpload));
        assertThat(posted.code()).as(posted.details()).isEqualTo(10000);
        return finished(posted.body().at("/inputs_add_jobs/0/id").asText());
    }

    private JsonNode finished(String job) {
        Elsewhere.eventually(() -> job(job).at("/status/code").asInt() != 64001);
        return job(job);
    }

    private JsonNode job(String job) {
        return app.get("/inputs/jobs/add/" + job).body().path("inputs_add_job");
    }

    private static byte[] zip(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
