package io.deeptrain.objects.adapter.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3PlaceTest {
    @Test
    void a_bucket_of_amazon_is_in_the_region_of_the_environment() {
        assertThat(S3Place.of(URI.create("s3://models")))
                .isEqualTo(new S3Place("models", "", Optional.empty(), Optional.empty(), false));
    }

    @Test
    void another_server_is_named_with_its_region_and_style() {
        assertThat(S3Place.of(URI.create(
                        "s3://models/a/b/?endpoint=https://minio:9000&region=eu-central-1&path-style=false")))
                .isEqualTo(new S3Place(
                        "models",
                        "a/b/",
                        Optional.of(URI.create("https://minio:9000")),
                        Optional.of("eu-central-1"),
                        false));
    }

    @Test
    void another_server_has_the_bucket_in_its_path_unless_told_otherwise() {
        assertThat(S3Place.of(URI.create("s3://models?endpoint=http://minio:9000"))
                        .pathStyle())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3://Models/a | the bucket must be 3 to 63 lower case letters, digits, dots or hyphens",
                "s3:models | is not of this form",
                "s3:///models | the bucket must be 3 to 63 lower case letters, digits, dots or hyphens",
                "s3://models/../a | the prefix must be segments of letters, digits and . _ = + -",
                "s3://models/a?color=red | 'color=red' is no parameter of it",
                "s3://models/a?region= | 'region=' is no parameter of it",
                "s3://models/a?endpoint=minio | the endpoint must be http://host:port or https://host:port",
                "s3://models/a?path-style=maybe | path-style must be true or false",
            })
    void what_names_no_place_is_refused(String setting, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> S3Place.of(URI.create(setting)))
                .withMessage(
                        "DEEPTRAIN_OBJECTS must be s3://bucket/prefix?endpoint=URL&region=NAME&path-style=true: %s: %s"
                                .formatted(reason, setting));
    }

    @Test
    void a_secret_in_the_setting_is_refused_and_not_repeated() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> S3Place.of(URI.create("s3://key:secret@models/a")))
                .withMessageEndingWith("credentials come from the environment, not from the setting");
    }
}
