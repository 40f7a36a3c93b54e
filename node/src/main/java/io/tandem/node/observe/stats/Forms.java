// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import java.util.List;

/** The machine-readable forms of rows: CSV and typed (HAProxy management guide 9.1 to 9.3). */
public final class Forms {
    private Forms() {}

    /** The header line and a line for each row; every field is followed by a comma. */
    public static void csv(List<Row> rows, StringBuilder out) {
        out.append("# ");
        for (Columns.Column column : Columns.ALL) {
            out.append(column.name()).append(',');
        }
        out.append('\n');
        for (Row row : rows) {
            for (int i = 0; i < Columns.ALL.size(); i++) {
                Object value = row.value(i);
                if (Columns.ALL.get(i).name().equals("-")) {
                    out.append('-');
                } else if (value != null) {
                    quoted(value.toString(), out);
                }
                out.append(',');
            }
            out.append('\n');
        }
    }

    /** A text with a comma, quote or line end is quoted, quotes doubled (RFC 4180). */
    private static void quoted(String text, StringBuilder out) {
        if (text.indexOf(',') < 0 && text.indexOf('"') < 0 && text.indexOf('\n') < 0) {
            out.append(text);
        } else {
            out.append('"').append(text.replace("\"", "\"\"")).append('"');
        }
    }

    /** A line for each value: {@code F.2.0.0.pxname.1:KNS:str:fe_web}; rows are parted by an empty line. */
    public static void typed(List<Row> rows, boolean describe, StringBuilder out) {
        boolean first = true;
        for (Row row : rows) {
            if (!first) {
                out.append('\n');
            }
            first = false;
            int position = 0;
            for (int i = 0; i < Columns.ALL.size(); i++) {
                Columns.Column column = Columns.ALL.get(i);
                if (column.name().equals("-")) {
                    continue; // parts the columns in CSV only, and has no number
                }
                Object value = row.value(i);
                if (value != null) {
                    out.append(row.kind().letter()).append('.').append(row.proxyId());
                    out.append('.').append(row.serviceId()).append('.').append(position);
                    out.append('.').append(column.name()).append(".1:").append(column.tags());
                    out.append(':').append(column.type()).append(':').append(value);
                    if (describe) {
                        out.append(":\"").append(column.doc()).append('"');
                    }
                    out.append('\n');
                }
                position++;
            }
        }
    }
}
