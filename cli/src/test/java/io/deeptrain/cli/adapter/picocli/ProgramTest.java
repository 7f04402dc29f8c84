package io.deeptrain.cli.adapter.picocli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private static final Map<String, String> NOWHERE = Map.of(
            "DEEPTRAIN_KEY", "k", "DEEPTRAIN_URL", "http://127.0.0.1:1", "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void no_command_is_answered_with_the_usage() {
        assertThat(run(Map.of())).isEqualTo(2);
        assertThat(err.toString()).contains("Exit codes: 0 ok, 1 error, 2 usage, 3 not found");
    }

    @Test
    void an_option_out_of_range_is_answered_with_the_range() {
        assertThat(run(NOWHERE, "demo", "--epochs", "201")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--epochs must be 1 to 200, not 201");
    }

    @Test
    void a_missing_key_is_answered_with_how_to_get_one() {
        assertThat(run(Map.of(), "demo")).isEqualTo(1);
        assertThat(err).hasToString("""
                        deeptrain: DEEPTRAIN_KEY is not set
                        Set it to an API key; ./deeptrain key prints that of the local user.
                        """);
    }

    @Test
    void images_that_cannot_be_read_are_answered_with_what_is_right() {
        assertThat(run(NOWHERE, "demo", "--data", "/nowhere/at/all")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("deeptrain: /nowhere/at/all: does not exist\nLay the images out as FOLDER/CLASS/IMAGE.png");
    }

    @Test
    void a_url_of_another_scheme_is_refused() {
        assertThat(run(Map.of("DEEPTRAIN_URL", "ftp://there"), "demo")).isEqualTo(1);
        assertThat(err.toString()).startsWith("deeptrain: DEEPTRAIN_URL is no http URL: ftp://there");
    }

    @Test
    void who_asks_for_the_queue_must_say_where_the_scheduler_is_and_how_many_at_most() {
        assertThat(run(Map.of(), "queue")).isEqualTo(1);
        assertThat(err.toString()).startsWith("deeptrain: DEEPTRAIN_SCHEDULER_URL is not set");
        assertThat(run(Map.of(), "queue", "--most", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--most must be 1 to 500, not 0");
        assertThat(run(Map.of("DEEPTRAIN_SCHEDULER_URL", "there"), "why", "j")).isEqualTo(1);
        assertThat(err.toString()).contains("DEEPTRAIN_SCHEDULER_URL is no http URL: there");
    }

    @Test
    void where_lines_cannot_be_replaced_only_milestones_are_printed_and_to_standard_error() {
        StreamScreen screen = new StreamScreen(new PrintWriter(out), new PrintWriter(err), false);

        screen.live("1 %");
        screen.milestone("50 %");
        screen.endLive();
        screen.line("done");

        assertThat(err).hasToString("50 %" + System.lineSeparator());
        assertThat(out).hasToString("done" + System.lineSeparator());
    }

    @Test
    void on_a_terminal_each_live_text_replaces_the_one_before() {
        StreamScreen screen = new StreamScreen(new PrintWriter(out), new PrintWriter(err), true);

        screen.live("1 %");
        screen.milestone("50 %");
        screen.endLive();

        assertThat(err).hasToString("\r\u001b[K1 %\r\u001b[K50 %" + System.lineSeparator());
    }

    private int run(Map<String, String> variables, String... arguments) {
        return Program.run(arguments, variables, false, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
