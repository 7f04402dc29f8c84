package io.deeptrain.api.upload;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Where an archive may be fetched. Whether there is one, and on the public internet, shows when it is fetched. */
public final class ArchiveUrl {
    public static final int LENGTH_MAX = 4096;

    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final String LEGAL =
            "the http or https address of a zip, tar or tar.gz archive, of at most %d characters; those"
                            .formatted(LENGTH_MAX)
                    + " of buckets (s3, gs, azure) are served as presigned https addresses only";

    private ArchiveUrl() {}

    /** What would be right, if this is not. */
    public static Optional<String> problem(String url) {
        try {
            URI uri = new URI(url);
            boolean right = url.length() <= LENGTH_MAX
                    && uri.getScheme() != null
                    && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null;
            return right ? Optional.empty() : Optional.of(LEGAL);
        } catch (URISyntaxException e) {
            return Optional.of(LEGAL);
        }
    }
}
