// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import io.tandem.node.differential.wire.Differences;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.rules.sample.DeclaredOtherwise;
import io.tandem.node.rules.sample.RefusedSamples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What remains different from HAProxy 2.6.12 where both were given the same, as packaging/doc/differences.md holds it. */
final class DifferencesPage {
    private static final String HEAD =
            """
            # Differences from HAProxy

            What remains different from HAProxy 2.6.12 where both programs were given the same configuration and the same bytes, and
            why. Generated from the suites that compare them, which fail on a difference that is not here and on one that has gone:
            do not edit. To write it again:

                mvn -o -q -B -Pfast -pl node -am test -Dtest=DifferencesPageTest -Dtandem.differences=write \\
                    -Dsurefire.failIfNoSpecifiedTests=false

            Every fetch, converter and action of HAProxy 2.6 is in a case of a table, but for those that are refused by name and those
            whose suites are named below; TableDifferentialTest asserts it name by name. Compared are what the client gets, what the
            server gets and the log line, or what `-c` says.

            """;

    private final StringBuilder out = new StringBuilder(HEAD);

    private DifferencesPage() {}

    static String text() throws IOException {
        DifferencesPage page = new DifferencesPage();
        page.tables();
        page.refused();
        page.declared();
        page.elsewhere();
        page.wire();
        return page.out.toString().stripTrailing() + "\n";
    }

    private static List<String> names() throws IOException {
        List<String> names = new ArrayList<>(CaseTable.resources(".table").toList());
        names.addAll(CaseTable.resources(".mistakes").toList());
        return names;
    }

    private void tables() throws IOException {
        out.append(
                "## Values, rules and messages\n\nAn asterisk stands for anything.\n\n| in | case | why |\n|---|---|---|\n");
        for (String name : names()) {
            String reason = "";
            for (CaseTable.Known known : CaseTable.read(name).known) {
                reason = known.reason().equals("as above") ? reason : known.reason();
                row(name, code(known.pattern()), reason);
            }
        }
        out.append('\n');
    }

    private void refused() {
        out.append("## Refused by name\n\n| what | name | why |\n|---|---|---|\n");
        for (KeywordFamily family : List.of(KeywordFamily.FETCH, KeywordFamily.CONVERTER)) {
            for (String name : new TreeSet<>(KnownKeywords.names(family))) {
                String reason = RefusedSamples.reason(name);
                if (!reason.isEmpty()) {
                    row(family == KeywordFamily.FETCH ? "fetch" : "converter", code(name), reason);
                }
            }
        }
        new TreeMap<>(TableDifferentialTest.REFUSED).forEach((name, reason) -> row("action", code(name), reason));
        out.append('\n');
    }

    private void declared() {
        out.append("## Types that `-dKsmp` prints otherwise\n\n| fetch | why |\n|---|---|\n");
        DeclaredOtherwise.FETCHES.forEach((name, reason) -> row(code(name), reason));
        out.append('\n');
    }

    private void elsewhere() {
        out.append("## Compared in suites of their own\n\n| fetch or action | suite | what differs |\n|---|---|---|\n");
        Elsewhere.SUITES.forEach(
                (name, suite) -> row(code(name), suite.getSimpleName(), Elsewhere.DIFFERENCES.getOrDefault(name, "")));
        out.append('\n');
    }

    private void wire() {
        out.append("## Messages on the wire\n\nStatus and termination code are Tandem's (WireTest).\n\n"
                + "| case | Tandem | why |\n|---|---|---|\n");
        Map<String, Differences.Difference> all = new LinkedHashMap<>(Differences.OF);
        all.forEach((name, difference) -> row(name, code(difference.ours()), difference.reason()));
        out.append('\n');
    }

    private void row(String... cells) {
        for (String cell : cells) {
            out.append("| ").append(cell.replace("|", "\\|")).append(' ');
        }
        out.append("|\n");
    }

    private static String code(String text) {
        return "`" + text.replace("`", "'") + "`";
    }
}
