// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.metrics;

import io.tandem.node.observe.stats.ProcessFacts;
import io.tandem.node.observe.stats.Row;
import io.tandem.node.observe.stats.Statistics;
import io.tandem.node.rules.regex.RegexLimits;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.StickTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code /metrics} (Prometheus text format 0.0.4) with HAProxy's families: names, types and the columns they
 * show are data, in {@code metrics.tsv}. A family without a measured value is left out.
 */
public final class Exposition {
    /** The parts that {@code ?scope=} selects. */
    public enum Scope {
        GLOBAL,
        FRONTEND,
        LISTENER,
        BACKEND,
        SERVER,
        STICKTABLE
    }

    private record Family(String name, String type, Scope scope, String column, String form, String help) {}

    private static final List<String> SERVER_STATES = List.of("DOWN", "UP", "MAINT", "DRAIN", "NOLB");
    private static final List<String> PROXY_STATES = List.of("DOWN", "UP");
    private static final List<String> LISTENER_STATES = List.of("WAITING", "OPEN", "FULL");
    private static final List<String> CHECK_STATES = List.of(
            "HANA",
            "SOCKERR",
            "L4OK",
            "L4TOUT",
            "L4CON",
            "L6OK",
            "L6TOUT",
            "L6RSP",
            "L7TOUT",
            "L7RSP",
            "L7OK",
            "L7OKC",
            "L7STS",
            "PROCERR",
            "PROCTOUT",
            "PROCOK");
    private static final List<String> CODES = List.of("1xx", "2xx", "3xx", "4xx", "5xx", "other");

    private static final Map<Scope, List<Family>> FAMILIES = families();

    private Exposition() {}

    private static Map<Scope, List<Family>> families() {
        Map<Scope, List<Family>> all = new EnumMap<>(Scope.class);
        try (InputStream in = Exposition.class.getResourceAsStream("metrics.tsv")) {
            if (in == null) {
                throw new IllegalStateException("resource missing: metrics.tsv");
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                String[] f = line.split("\t", -1);
                Scope scope = f[2].equals("process") ? Scope.GLOBAL : Scope.valueOf(f[2].toUpperCase(Locale.ROOT));
                all.computeIfAbsent(scope, s -> new ArrayList<>()).add(new Family(f[0], f[1], scope, f[3], f[4], f[5]));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /**
     * Writes the families of those scopes.
     *
     * @param withMaintenance whether servers in maintenance are shown
     * @param nowMs wall clock, milliseconds since 1970
     */
    public static void write(
            NodeRuntime node, Set<Scope> scopes, boolean withMaintenance, long nowMs, StringBuilder out) {
        List<Row> rows = Statistics.rows(node.configuration(), nowMs).stream()
                .filter(row -> withMaintenance || !row.text("status").equals("MAINT"))
                .toList();
        if (scopes.contains(Scope.GLOBAL)) {
            process(node, nowMs, out);
            own(node, out);
            out.append(node.guardian().metrics());
        }
        for (Scope scope : List.of(Scope.FRONTEND, Scope.LISTENER, Scope.BACKEND, Scope.SERVER)) {
            if (scopes.contains(scope)) {
                List<Row> of = rows.stream().filter(row -> scope(row) == scope).toList();
                FAMILIES.getOrDefault(scope, List.of()).forEach(family -> rows(family, of, out));
            }
        }
        if (scopes.contains(Scope.STICKTABLE)) {
            tables(node, out);
        }
    }

    private static Scope scope(Row row) {
        return switch (row.kind()) {
            case FRONTEND -> Scope.FRONTEND;
            case LISTENER -> Scope.LISTENER;
            case BACKEND -> Scope.BACKEND;
            case SERVER -> Scope.SERVER;
        };
    }

    private static void process(NodeRuntime node, long nowMs, StringBuilder out) {
        Map<String, Object> values = new HashMap<>();
        ProcessFacts.of(node, nowMs).forEach(fact -> values.put(fact.name(), fact.value()));
        for (Family family : FAMILIES.getOrDefault(Scope.GLOBAL, List.of())) {
            Object value = values.get(family.column());
            if (value != null) {
                head(family, out);
                if (family.form().equals("version")) {
                    out.append(family.name()).append("{version=\"").append(escaped(value.toString()));
                    out.append("\"} 1\n");
                } else {
                    out.append(family.name()).append(' ').append(value).append('\n');
                }
            }
        }
    }

    /** What HAProxy has no family for. */
    private static void own(NodeRuntime node, StringBuilder out) {
        gauge(
                "tandem_earlier_configurations",
                "Configurations that were replaced and are still in use",
                node.earlier().count(),
                out);
        gauge(
                "tandem_earlier_configuration_connections",
                "Connections that began with them",
                node.earlier().connections(),
                out);
        out.append(
                        "# HELP tandem_regex_given_up_total Matches of regular expressions given up for being too much work\n")
                .append("# TYPE tandem_regex_given_up_total counter\n")
                .append("tandem_regex_given_up_total ")
                .append(RegexLimits.givenUp())
                .append('\n');
    }

    private static void gauge(String name, String help, long value, StringBuilder out) {
        out.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ");
        out.append(name)
                .append(" gauge\n")
                .append(name)
                .append(' ')
                .append(value)
                .append('\n');
    }

    private static void rows(Family family, List<Row> rows, StringBuilder out) {
        StringBuilder series = new StringBuilder();
        switch (family.form()) {
            case "code" -> {
                for (String code : CODES) {
                    for (Row row : rows) {
                        series(family, row, "code", code, row.value("hrsp_" + code), series);
                    }
                }
            }
            case "state" -> {
                for (Row row : rows) {
                    states(family, row, series);
                }
            }
            case "milliseconds" -> {
                for (Row row : rows) {
                    Object value = row.value(family.column());
                    if (value instanceof Long milliseconds) {
                        series(family, row, null, null, seconds(milliseconds), series);
                    }
                }
            }
            default -> {
                for (Row row : rows) {
                    series(family, row, null, null, row.value(family.column()), series);
                }
            }
        }
        if (!series.isEmpty()) {
            head(family, out);
            out.append(series);
        }
    }

    private static String seconds(long milliseconds) {
        return String.format(Locale.ROOT, "%.6f", milliseconds / 1000.0);
    }

    private static void states(Family family, Row row, StringBuilder out) {
        String now = row.text(family.column());
        if (family.column().startsWith("agg_")) {
            return; // needs counts by state, which only a backend's servers can tell
        }
        if (family.column().equals("check_status")) {
            if (!now.isEmpty()) {
                CHECK_STATES.forEach(s -> series(family, row, "state", s, now.endsWith(s) ? 1 : 0, out));
            }
            return;
        }
        List<String> states =
                switch (row.kind()) {
                    case SERVER -> SERVER_STATES;
                    case LISTENER -> LISTENER_STATES;
                    case FRONTEND, BACKEND -> PROXY_STATES;
                };
        String word = state(row, now);
        states.forEach(s -> series(family, row, "state", s, s.equals(word) ? 1 : 0, out));
    }

    private static String state(Row row, String status) {
        return switch (row.kind()) {
            case FRONTEND -> status.equals("STOP") ? "DOWN" : "UP";
            case SERVER ->
                status.startsWith("UP") || status.equals("no check")
                        ? "UP"
                        : status.startsWith("DOWN") ? "DOWN" : status.startsWith("NOLB") ? "NOLB" : status;
            case BACKEND, LISTENER -> status;
        };
    }

    private static void series(
            Family family,
            Row row,
            @Nullable String label,
            @Nullable String labelValue,
            @Nullable Object value,
            StringBuilder out) {
        if (value == null) {
            return;
        }
        out.append(family.name())
                .append("{proxy=\"")
                .append(escaped(row.text("pxname")))
                .append('"');
        if (row.kind() == Row.Kind.SERVER) {
            out.append(",server=\"").append(escaped(row.text("svname"))).append('"');
        } else if (row.kind() == Row.Kind.LISTENER) {
            out.append(",listener=\"").append(escaped(row.text("svname"))).append('"');
        }
        if (label != null) {
            out.append(',').append(label).append("=\"").append(labelValue).append('"');
        }
        out.append("} ").append(value).append('\n');
    }

    private static void tables(NodeRuntime node, StringBuilder out) {
        for (Family family : FAMILIES.getOrDefault(Scope.STICKTABLE, List.of())) {
            StringBuilder series = new StringBuilder();
            for (StickTable table : node.tables().all()) {
                series.append(family.name())
                        .append("{name=\"")
                        .append(escaped(table.definition().name()));
                series.append("\",type=\"")
                        .append(table.definition().keyType().word())
                        .append("\"} ");
                series.append(family.column().equals("size") ? table.size() : table.used())
                        .append('\n');
            }
            if (!series.isEmpty()) {
                head(family, out);
                out.append(series);
            }
        }
    }

    private static void head(Family family, StringBuilder out) {
        out.append("# HELP ")
                .append(family.name())
                .append(' ')
                .append(family.help())
                .append('\n');
        out.append("# TYPE ")
                .append(family.name())
                .append(' ')
                .append(family.type())
                .append('\n');
    }

    /** Escapes a label's value. */
    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
