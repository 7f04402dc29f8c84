package io.deeptrain.api.adapter.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SignedLinkTest {
    private static final byte[] SECRET = "secret".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final String PATH = "/v2/users/u/apps/a/models/m/versions/v/log";

    private final SignedLink link = SignedLink.of(PATH, SECRET, NOON);

    @Test
    void it_opens_its_path_until_the_end_of_the_next_day() {
        assertThat(link.withQuery()).startsWith(PATH + "?ends=1795392000&signature=");
        assertThat(link.ends()).isEqualTo(Instant.parse("2026-11-23T00:00:00Z"));
        assertThat(link.opens(SECRET, NOON)).isTrue();
        assertThat(link.opens(SECRET, link.ends().minusSeconds(1))).isTrue();
        assertThat(link.opens(SECRET, link.ends())).isFalse();
    }

    @Test
    void it_is_the_same_all_day() {
        assertThat(SignedLink.of(PATH, SECRET, NOON.plus(Duration.ofHours(11)))).isEqualTo(link);
        assertThat(SignedLink.of(PATH, SECRET, NOON.plus(Duration.ofHours(12)))).isNotEqualTo(link);
    }

    @Test
    void it_opens_nothing_else_and_not_for_longer() {
        assertThat(new SignedLink(PATH + "x", link.ends(), link.signature()).opens(SECRET, NOON))
                .isFalse();
        assertThat(new SignedLink(PATH, link.ends().plusSeconds(1), link.signature()).opens(SECRET, NOON))
                .isFalse();
        assertThat(new SignedLink(PATH, Instant.MAX, link.signature()).opens(SECRET, NOON))
                .isFalse();
        assertThat(link.opens("other".getBytes(StandardCharsets.UTF_8), NOON)).isFalse();
    }
}
