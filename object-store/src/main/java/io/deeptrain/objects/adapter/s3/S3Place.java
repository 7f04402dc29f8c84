package io.deeptrain.objects.adapter.s3;

import io.deeptrain.objects.ObjectStores;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where a store is in S3, as in {@code s3://bucket/prefix?endpoint=https://minio:9000&region=eu-central-1}.
 *
 * @param prefix what every key begins with; with its last slash, or nothing
 * @param endpoint another server than Amazon's
 * @param region without it that of the environment
 * @param pathStyle whether the bucket is named in the path and not in the host, as most other servers want it
 */
record S3Place(String bucket, String prefix, Optional<URI> endpoint, Optional<String> region, boolean pathStyle) {
    private static final String FORM = "s3://bucket/prefix?endpoint=URL&region=NAME&path-style=true";
    private static final Pattern BUCKETS = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern PREFIXES = Pattern.compile("(/[A-Za-z0-9_=+-][A-Za-z0-9_.=+-]*)*/?");
    private static final int PREFIX_LENGTH_MAX = 256;
    private static final String ENDPOINT = "endpoint";
    private static final String REGION = "region";
    private static final String PATH_STYLE = "path-style";
    private static final Set<String> PARAMETERS = Set.of(ENDPOINT, REGION, PATH_STYLE);

    /** Reads what a setting says, or says what it has to be. */
    static S3Place of(URI setting) {
        if (!"s3".equals(setting.getScheme()) || setting.isOpaque() || setting.getRawFragment() != null) {
            throw refused(setting, "is not of this form");
        }
        if (setting.getRawUserInfo() != null) {
            // It may hold a secret, and is not repeated.
            throw new IllegalArgumentException(
                    "%s must be %s: credentials come from the environment, not from the setting"
                            .formatted(ObjectStores.SETTING, FORM));
        }
        String bucket = setting.getRawAuthority();
        if (bucket == null || !BUCKETS.matcher(bucket).matches()) {
            throw refused(setting, "the bucket must be 3 to 63 lower case letters, digits, dots or hyphens");
        }
        Map<String, String> parameters = parameters(setting);
        Optional<URI> endpoint = Optional.ofNullable(parameters.get(ENDPOINT)).map(text -> endpoint(setting, text));
        return new S3Place(
                bucket,
                prefix(setting),
                endpoint,
                Optional.ofNullable(parameters.get(REGION)),
                pathStyle(setting, parameters, endpoint.isPresent()));
    }

    private static String prefix(URI setting) {
        String path = setting.getRawPath();
        if (path.length() > PREFIX_LENGTH_MAX || !PREFIXES.matcher(path).matches()) {
            throw refused(setting, "the prefix must be segments of letters, digits and . _ = + -");
        }
        String prefix = path.startsWith("/") ? path.substring(1) : path;
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }

    private static Map<String, String> parameters(URI setting) {
        Map<String, String> parameters = new TreeMap<>();
        String query = setting.getQuery();
        if (query == null) {
            return parameters;
        }
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            if (equals < 0 || equals == parameter.length() - 1 || !PARAMETERS.contains(name)) {
                throw refused(setting, "'%s' is no parameter of it".formatted(parameter));
            }
            parameters.put(name, parameter.substring(equals + 1));
        }
        return parameters;
    }

    private static URI endpoint(URI setting, String text) {
        URI endpoint = URI.create(text);
        boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
        if (!web || endpoint.getHost() == null) {
            throw refused(setting, "the endpoint must be http://host:port or https://host:port");
        }
        return endpoint;
    }

    private static boolean pathStyle(URI setting, Map<String, String> parameters, boolean otherwise) {
        return switch (parameters.getOrDefault(PATH_STYLE, Boolean.toString(otherwise))) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(setting, "path-style must be true or false");
        };
    }

    private static IllegalArgumentException refused(URI setting, String reason) {
        return new IllegalArgumentException(
                "%s must be %s: %s: %s".formatted(ObjectStores.SETTING, FORM, reason, setting));
    }

    String keyOf(String key) {
        return prefix + key;
    }

    /** As operators write it. */
    @Override
    public String toString() {
        return "s3://" + bucket + "/" + prefix;
    }
}
