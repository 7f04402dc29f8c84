package io.deeptrain.api.invoice;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Rows of comma-separated values (RFC 4180) that a spreadsheet takes for text and numbers, and never for a formula: a
 * text that begins like one is given an apostrophe, as OWASP has it under "CSV injection".
 */
public final class Csv {
    private static final String LINE_END = "\r\n";
    private static final String FORMULA = "=+-@\t\r";

    private Csv() {}

    /** A row with its line end. What is a number is written as such, everything else as its text. */
    public static String row(Object... cells) {
        return Arrays.stream(cells).map(Csv::cell).collect(Collectors.joining(",", "", LINE_END));
    }

    private static String cell(Object value) {
        return value instanceof Number number ? number.toString() : text(value.toString());
    }

    private static String text(String value) {
        String harmless = !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        boolean isPlain = harmless.chars().noneMatch(character -> "\",\r\n".indexOf(character) >= 0);
        return isPlain ? harmless : '"' + harmless.replace("\"", "\"\"") + '"';
    }
}
