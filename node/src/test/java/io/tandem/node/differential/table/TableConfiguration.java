// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one configuration made of a table: a frontend, and for each case what its template says. */
final class TableConfiguration {
    /** The proxy of a case, or one that its text adds. */
    private static final Pattern PROXY = Pattern.compile("'c(\\d+)[a-z]?'");

    private static final Pattern PLACE = Pattern.compile("\\[t\\.cfg:(\\d+)]");

    private final String text;
    private final NavigableMap<Integer, Case> lines = new TreeMap<>();
    private final List<Case> cases;

    /** @param cases those that take part */
    TableConfiguration(CaseTable table, List<Case> cases, TablePorts ports) {
        this.cases = cases;
        StringBuilder made = new StringBuilder("global\n log 127.0.0.1:" + ports.log() + " len 65535 local0\n")
                .append(table.global())
                .append("defaults\n mode http\n log global\n option dontlognull\n timeout connect 5s\n"
                        + " timeout client 5s\n timeout server 5s\n timeout http-request 5s\n")
                .append(table.sections())
                .append("frontend main\n bind 127.0.0.1:" + ports.main() + "\n")
                .append(" http-request set-var(txn.case) req.hdr(x-case)\n")
                .append(" log-format \"[x] %[var(txn.case)] %b/%s %ST %B %tsc {%[var(txn.value)]}\"\n")
                .append(table.frontend())
                .append(" use_backend %[req.hdr(x-case)]\n");
        int line = lineCount(made);
        for (Case one : cases) {
            String template = Objects.requireNonNull(table.templates.get(one.template()));
            String section = Templates.lines(template, one);
            if (section.contains(Templates.OWN_PORT)) {
                section = section.replace(Templates.OWN_PORT, String.valueOf(ports.of(one)));
            }
            lines.put(line + 1, one);
            line += lineCount(section);
            made.append(section);
        }
        lines.put(line + 1, cases.get(cases.size() - 1)); // the end
        text = made.toString()
                .replace("SERVER_PORT", String.valueOf(ports.server()))
                .replace("TLS_PORT", String.valueOf(ports.tls()))
                .replace("SPARE_PORT", String.valueOf(ports.spare()))
                .replace("RESOURCES", CaseTable.directory().toString());
    }

    private static int lineCount(CharSequence text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    String text() {
        return text;
    }

    /** The case that a complaint is about; null where it names neither a line nor a proxy of one. */
    @Nullable Case blamed(String complaint) {
        Matcher place = PLACE.matcher(complaint);
        if (place.find()) {
            var entry = lines.floorEntry(Integer.parseInt(place.group(1)));
            return entry == null ? null : entry.getValue();
        }
        Matcher proxy = PROXY.matcher(complaint);
        int index = proxy.find() ? Integer.parseInt(proxy.group(1)) : -1;
        return cases.stream().filter(one -> one.index() == index).findFirst().orElse(null);
    }

    /** The complaint without its place, which differs where other cases are left out. */
    static String placeless(String complaint) {
        String text = PLACE.matcher(complaint).replaceAll("[t.cfg:N]");
        return PROXY.matcher(text).replaceAll("'c'").strip();
    }
}
