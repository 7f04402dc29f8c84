package io.deeptrain.api.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    @ParameterizedTest
    @CsvSource({
        "http, localhost:8080, http://localhost:8080/x",
        "HTTPS, Train.Example.ORG, https://train.example.org/x",
        "http, 10.0.0.5:1, http://10.0.0.5:1/x",
        "http, [::1]:65535, http://[::1]:65535/x",
        "http, deeptrain_api, http://deeptrain_api/x",
    })
    void what_can_be_a_host_begins_an_address(String scheme, String authority, String address) {
        assertThat(Origin.said(scheme, authority).orElseThrow().at("/x")).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "host/path",
                "host?query",
                "host#fragment",
                "user@host",
                "user:password@host",
                "host:",
                "host:0",
                "host:65536",
                "host:80:80",
                "host:port",
                "ho st",
                "host\r\nset-cookie: a=b",
                "host\t",
                "<script>",
                "host\"onload=\"",
                "-host",
                "host-",
                "a..b",
                ".",
                "[::1",
                "::1",
                "[evil]",
                "h\u00f6st",
                "%61",
                "host\\evil",
                "host,evil"
            })
    void nothing_else_does(String authority) {
        assertThat(Origin.said("https", authority)).isEmpty();
    }

    @Test
    void only_the_schemes_of_http_do() {
        assertThat(Origin.said("javascript", "host")).isEmpty();
        assertThat(Origin.said("", "host")).isEmpty();
    }

    @Test
    void a_host_has_a_length_that_dns_has_room_for() {
        assertThat(Origin.said("http", "a".repeat(63))).isPresent();
        assertThat(Origin.said("http", "a".repeat(64))).isEmpty();
        assertThat(Origin.said("http", "a.".repeat(131))).isPresent();
        assertThat(Origin.said("http", "a.".repeat(132))).isEmpty();
    }

    @Test
    void an_operator_may_say_it_with_a_slash_at_the_end_and_hears_what_is_wrong() {
        assertThat(Origin.configured("https://train.example.org/").at("/v2")).isEqualTo("https://train.example.org/v2");
        for (String wrong : new String[] {"train.example.org", "ftp://host", "https://host/deeper", "https://"}) {
            assertThatThrownBy(() -> Origin.configured(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("deeptrain.public-url is '%s' but must be like".formatted(wrong));
        }
    }
}
