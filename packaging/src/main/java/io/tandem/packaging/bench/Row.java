// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One line of the result.
 *
 * @param name the case's
 * @param unit of the three values: {@code us/request}, {@code bytes/connection} …
 * @param tandem median; NaN where there is none
 * @param rounds that count
 * @param target the upper end of the interval that the project promises; NaN without
 * @param remark what a reader must know, such as "not saturated"; empty without
 * @param more further numbers by name
 */
record Row(
        String name,
        String unit,
        double tandem,
        double haproxy,
        double nginx,
        Ratio toHaproxy,
        Ratio toNginx,
        Ratio noise,
        int rounds,
        double target,
        String remark,
        Map<String, Double> more) {

    Row {
        more = new TreeMap<>(more);
    }

    /** What programs read: the shape is fixed. */
    String json() {
        StringJoiner fields = new StringJoiner(", ", "{", "}");
        fields.add("\"case\": \"" + name + '"');
        number(fields, "tandem_us", tandem);
        number(fields, "haproxy_us", haproxy);
        number(fields, "nginx_us", nginx);
        number(fields, "ratio_haproxy", toHaproxy.median());
        number(fields, "ratio_nginx", toNginx.median());
        fields.add("\"rounds\": " + rounds);
        return fields.toString();
    }

    /** Everything that is known, each round included. */
    String details() {
        StringJoiner fields = new StringJoiner(", ", "{", "}");
        fields.add("\"case\": \"" + name + '"');
        number(fields, "tandem", tandem);
        number(fields, "haproxy", haproxy);
        number(fields, "nginx", nginx);
        ratio(fields, "ratio_haproxy", toHaproxy);
        ratio(fields, "ratio_nginx", toNginx);
        ratio(fields, "ratio_noise", noise);
        fields.add("\"rounds\": " + rounds);
        fields.add("\"unit\": \"" + unit + '"');
        number(fields, "target", target);
        fields.add("\"remark\": \"" + remark.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
        more.forEach((key, value) -> number(fields, key, value));
        return fields.toString();
    }

    static final String MARKDOWN_HEAD =
            """
            | case | unit | Tandem | haproxy | nginx | ratio to haproxy [95 %] | target | ratio to nginx | A/A | rounds | remark |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;

    String markdown() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %d | %s |%n",
                name,
                unit,
                text(tandem),
                text(haproxy),
                text(nginx),
                toHaproxy,
                verdict(),
                toNginx,
                noise,
                rounds,
                remark);
    }

    private String verdict() {
        if (Double.isNaN(target)) {
            return "–";
        }
        String met = toHaproxy.rounds() == 0 ? "?" : toHaproxy.upper() <= target ? "met" : "missed";
        return String.format(Locale.ROOT, "≤ %s %s", text(target), met);
    }

    private static String text(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, value >= 1000 ? "%.0f" : "%.2f", value);
    }

    private static void ratio(StringJoiner fields, String name, Ratio ratio) {
        number(fields, name, ratio.median());
        number(fields, name + "_lower", ratio.lower());
        number(fields, name + "_upper", ratio.upper());
        fields.add('"' + name + "_by_round\": "
                + ratio.each().stream()
                        .map(quotient -> String.format(Locale.ROOT, "%.3f", quotient))
                        .collect(Collectors.joining(", ", "[", "]")));
    }

    private static void number(StringJoiner fields, String name, double value) {
        fields.add('"' + name + "\": " + (Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "null"));
    }
}
