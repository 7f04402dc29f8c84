package io.deeptrain.api.search;

/** Part of a name, with {@code *} for anything, in letters of either case. An empty one fits every name. */
public record NamePattern(String text) {
    private static final char ESCAPE = '\\';

    /**
     * As SQL's {@code like} writes it. With a {@code *} it is about the whole of a name, without one about any part.
     */
    public String ofLike() {
        StringBuilder like = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '*' -> like.append('%');
                case '%', '_', ESCAPE -> like.append(ESCAPE).append(character);
                default -> like.append(character);
            }
        }
        return text.indexOf('*') >= 0 ? like.toString() : "%" + like + "%";
    }
}
