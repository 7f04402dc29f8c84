package io.deeptrain.cli.adapter.picocli;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What the environment says: where DeepTrain is and who calls. */
record Environment(Map<String, String> variables) {
    private static final String URL_DEFAULT = "http://localhost:8080";

    Environment {
        variables = Map.copyOf(variables);
    }

    URI url() throws MissingSettingException {
        return url(
                "DEEPTRAIN_URL",
                value("DEEPTRAIN_URL").orElse(URL_DEFAULT),
                "Set it to where the API answers, as in " + URL_DEFAULT + ".");
    }

    /** Where the scheduler answers that leads; it is no public address. */
    URI scheduler() throws MissingSettingException {
        String fix = "Set it to where the scheduler answers that leads, as in http://127.0.0.1:8081.";
        return url("DEEPTRAIN_SCHEDULER_URL", required("DEEPTRAIN_SCHEDULER_URL", fix), fix);
    }

    private static URI url(String name, String url, String fix) throws MissingSettingException {
        try {
            URI uri = URI.create(url);
            if ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // Said below, like a URL of another scheme.
        }
        throw new MissingSettingException("%s is no http URL: %s".formatted(name, url), fix);
    }

    String key() throws MissingSettingException {
        return required("DEEPTRAIN_KEY", "Set it to an API key; ./deeptrain key prints that of the local user.");
    }

    String kafka() throws MissingSettingException {
        return required(
                "KAFKA_BOOTSTRAP_SERVERS", "Set it to HOST:PORT of the broker; ./deeptrain status says which it is.");
    }

    String home() {
        return value("DEEPTRAIN_HOME")
                .orElseGet(() ->
                        Path.of(System.getProperty("user.home"), ".deeptrain").toString());
    }

    /** See no-color.org: whatever its value, set and not empty means no. */
    boolean wantsPlainText() {
        return value("NO_COLOR").isPresent();
    }

    private String required(String name, String fix) throws MissingSettingException {
        return value(name).orElseThrow(() -> new MissingSettingException(name + " is not set", fix));
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    /** The environment lacks something, or says something that cannot be. */
    static final class MissingSettingException extends Exception {
        private final String fix;

        MissingSettingException(String problem, String fix) {
            super(problem);
            this.fix = fix;
        }

        String fix() {
            return fix;
        }
    }
}
