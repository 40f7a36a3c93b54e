// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.config.text.JsonText;
import java.util.List;

/** The JSON forms of rows and of facts about the process (HAProxy management guide 9.3, {@code show schema json}). */
public final class JsonForm {
    private static final String SCHEMA = Columns.resource("schema.json");

    private JsonForm() {}

    /** The schema of both forms. */
    public static String schema() {
        return SCHEMA;
    }

    /** An array with an array for each row, which has an object for each value. */
    public static void rows(List<Row> rows, StringBuilder out) {
        char separator = '[';
        for (Row row : rows) {
            out.append(separator);
            row(row, out);
            separator = ',';
        }
        out.append(rows.isEmpty() ? "[]" : "]");
    }

    private static void row(Row row, StringBuilder out) {
        out.append('[');
        int position = 0;
        boolean first = true;
        for (int i = 0; i < Columns.ALL.size(); i++) {
            Columns.Column column = Columns.ALL.get(i);
            if (column.name().equals("-")) {
                continue; // parts the columns in CSV only, and has no number
            }
            Object value = row.value(i);
            if (value != null) {
                out.append(first ? "{\"objType\":\"" : ",{\"objType\":\"")
                        .append(row.kind().json());
                out.append("\",\"proxyId\":").append(row.proxyId());
                out.append(",\"id\":").append(row.serviceId()).append(',');
                value(String.valueOf(position), column.name(), column.tags(), column.type(), value, out);
                first = false;
            }
            position++;
        }
        out.append(']');
    }

    /** An array with an object for each fact. */
    public static void facts(List<ProcessFacts.Fact> facts, StringBuilder out) {
        out.append('[');
        boolean first = true;
        for (ProcessFacts.Fact fact : facts) {
            out.append(first ? "{" : ",{");
            value(fact.position(), fact.name(), fact.tags(), fact.type(), fact.value(), out);
            first = false;
        }
        out.append(']');
    }

    /** The common end of an object: what it is, and how much. */
    private static void value(String position, String name, String tags, String type, Object value, StringBuilder out) {
        out.append("\"field\":{\"pos\":")
                .append(position)
                .append(",\"name\":\"")
                .append(name);
        out.append("\"},\"processNum\":1,\"tags\":{\"origin\":\"").append(origin(tags.charAt(0)));
        out.append("\",\"nature\":\"").append(nature(tags.charAt(1)));
        out.append("\",\"scope\":\"").append(scope(tags.charAt(2)));
        out.append("\"},\"value\":{\"type\":\"").append(type).append("\",\"value\":");
        out.append(type.equals("str") ? JsonText.quoted(value.toString()) : value);
        out.append("}}");
    }

    private static String origin(char letter) {
        return switch (letter) {
            case 'M' -> "Metric";
            case 'S' -> "Status";
            case 'K' -> "Key";
            case 'C' -> "Config";
            case 'P' -> "Product";
            default -> "Unknown";
        };
    }

    private static String nature(char letter) {
        return switch (letter) {
            case 'G' -> "Gauge";
            case 'L' -> "Limit";
            case 'm' -> "Min";
            case 'M' -> "Max";
            case 'R' -> "Rate";
            case 'C' -> "Counter";
            case 'D' -> "Duration";
            case 'A' -> "Age";
            case 'T' -> "Time";
            case 'N' -> "Name";
            case 'O' -> "Output";
            case 'a' -> "Avg";
            default -> "Unknown";
        };
    }

    private static String scope(char letter) {
        return switch (letter) {
            case 'C' -> "Cluster";
            case 'P' -> "Process";
            case 'S' -> "Service";
            case 's' -> "System";
            default -> "Unknown";
        };
    }
}
