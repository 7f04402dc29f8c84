package io.deeptrain.api.origin;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a caller reaches this service: scheme, host and port (RFC 6454). Anybody can claim to have come from anywhere,
 * so that one of these exists only for what can be a host: it can be put into an answer without changing what the
 * answer says.
 *
 * @param authority the host, and the port if it is not that of the scheme
 */
public record Origin(String scheme, String authority) {
    private static final int LENGTH_MAX = 262;
    private static final int PORT_MAX = 65_535;
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern AUTHORITY = Pattern.compile(
            "(?<host>%s(\\.%s)*\\.?|\\[[0-9a-f:.]{2,45}])(:(?<port>[0-9]{1,5}))?".formatted(LABEL, LABEL));

    public Origin {
        if (!isOne(scheme, authority)) {
            throw new IllegalArgumentException("no origin: %s://%s".formatted(scheme, authority));
        }
    }

    /** What a request says of itself; nothing if that is none. */
    public static Optional<Origin> said(String scheme, String authority) {
        String lowScheme = scheme.toLowerCase(Locale.ROOT);
        String lowAuthority = authority.toLowerCase(Locale.ROOT);
        return isOne(lowScheme, lowAuthority) ? Optional.of(new Origin(lowScheme, lowAuthority)) : Optional.empty();
    }

    /**
     * What the operator says, as in {@code https://train.example.org}.
     *
     * @throws IllegalArgumentException if it is anything but a scheme, a host and a port
     */
    public static Origin configured(String url) {
        String[] parts = url.strip().replaceFirst("/$", "").split("://", 2);
        return (parts.length == 2 ? said(parts[0], parts[1]) : Optional.<Origin>empty())
                .orElseThrow(() -> new IllegalArgumentException(
                        "deeptrain.public-url is '%s' but must be like https://train.example.org or http://10.0.0.5:8080"
                                .formatted(url)));
    }

    /** The address of what lies at a path of this service. */
    public String at(String path) {
        return scheme + "://" + authority + path;
    }

    private static boolean isOne(String scheme, String authority) {
        if (!SCHEMES.contains(scheme) || authority.length() > LENGTH_MAX) {
            return false;
        }
        Matcher parts = AUTHORITY.matcher(authority);
        return parts.matches()
                && Optional.ofNullable(parts.group("port"))
                        .map(Integer::valueOf)
                        .map(port -> port >= 1 && port <= PORT_MAX)
                        .orElse(true);
    }
}
