package io.deeptrain.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ComposeTest {
    static Stream<String> services() {
        return ServiceSources.SERVICES.stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("services")
    void a_container_is_confined_and_limited(String service) {
        Map<?, ?> settings = Compose.service(service);

        assertThat(settings.get("read_only")).isEqualTo(true);
        assertThat(settings.get("cap_drop")).isEqualTo(List.of("ALL"));
        assertThat(settings.get("security_opt")).isEqualTo(List.of("no-new-privileges:true"));
        assertThat(settings.get("mem_limit")).as("memory limit").isNotNull();
        assertThat(settings.get("stop_grace_period")).as("time to stop in").isNotNull();
        assertThat(settings.get("restart")).isEqualTo("unless-stopped");
    }

    @ParameterizedTest
    @MethodSource("services")
    void every_setting_is_read_by_the_service_that_gets_it(String service) throws IOException {
        for (Object variable : Compose.environment(service).keySet()) {
            assertThat(ServiceSources.read(service, variable.toString()))
                    .as("%s, which %s is given, is read by it", variable, service)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void the_image_is_that_of_the_manifests(String service) {
        assertThat(Manifests.podTemplates().get(service))
                .isNotNull()
                .satisfies(template -> assertThat(
                                template.getSpec().getContainers().getFirst().getImage())
                        .isEqualTo(Compose.service(service).get("image")));
    }

    @ParameterizedTest
    @MethodSource("services")
    void a_health_check_in_the_language_of_bash_is_run_by_bash(String service) {
        List<?> words = Compose.healthCheck(service);

        assertThat(words.getLast().toString()).contains("/dev/tcp/127.0.0.1/8080", "/q/health/ready");
        assertThat(words.subList(0, words.size() - 1)).isEqualTo(List.of("CMD", "bash", "-c"));
    }

    @Test
    void no_secret_has_a_default() {
        Stream.of("api-service", "billing", "scheduler", "postgres")
                .flatMap(service -> Compose.environment(service).entrySet().stream())
                .filter(variable -> variable.getKey().toString().matches(".*(PASSWORD|KEY)"))
                .forEach(variable -> assertThat(variable.getValue().toString())
                        .as(variable.getKey().toString())
                        .matches("\\$\\{[A-Z_]+:\\?.+}"));
    }

    @Test
    void the_broker_makes_no_topic_that_nobody_has_described() {
        assertThat(Compose.environment("kafka").get("KAFKA_AUTO_CREATE_TOPICS_ENABLE"))
                .isEqualTo("false");
    }

    @Test
    void a_program_that_the_image_runs_when_it_is_built_is_there() throws IOException {
        Matcher program = Pattern.compile("io\\.deeptrain\\.worker\\.[\\w.]+")
                .matcher(Files.readString(Manifests.project().resolve("deploy/Dockerfile")));

        assertThat(program.find()).isTrue();
        Path source = Path.of("gpu-worker/src/main/java", program.group().replace('.', '/') + ".java");
        assertThat(Manifests.project().resolve(source)).exists();
    }
}
