// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tandem.node.language.Keyword;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.rules.action.ActionKeywords;
import io.tandem.node.rules.action.ActionKind;
import io.tandem.node.rules.action.RuleSet;
import io.tandem.node.rules.sample.RefusedSamples;
import io.tandem.node.rules.sample.SampleKeywords;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Tables of cases, each run through the installed haproxy and through this proxy with the same configuration and the same
 * bytes. Compared are the response, the log line and what the server received, or what {@code -c} says.
 *
 * <p>A table is a resource {@code *.table} beside this class; a new one is found by itself. All its cases become
 * <i>one</i> configuration: a frontend that sends a request to the backend named by its field {@code X-Case}, and one
 * backend for each case. Empty lines and lines that begin with {@code #} say nothing. A line that begins with {@code @}
 * is a directive, any other line is a case:
 *
 * <pre>
 * str(abc),upper                     a case: what it is depends on the template, at first an expression
 * &#64;in condition                      cases from here on are conditions: { path_beg /x } !{ src 1.2.3.4 }
 * &#64;in rules                          ... lines of a backend, several separated by " ;; "
 * &#64;in response                       ... expressions of http-response rules
 * &#64;in expression                     ... expressions of http-request rules again
 * &#64;template NAME                     ... what the lines up to &#64;end make of them (and it is in use from here on)
 * backend CASE                       CASE is the case's own name, TEXT its text, QUOTED the text as it stands between
 *  http-request set-header x TEXT    double quotes, EXPRESSION the text in double quotes. A template with
 *  server s 127.0.0.1:SERVER_PORT    "bind 127.0.0.1:CASE_PORT" has a frontend of its own, which gets the request; its
 * &#64;end                               log-format begins with "[x] ", or it says "no log" (as a comment). SELF is the
 *                                    case's own name where its text needs it
 * &#64;request NAME                      the request of the cases from here on; CR is added, \xNN \r \n \t \\ work,
 * POST /x HTTP/1.1                   ${ab*500} repeats; after an empty line the body, "Content-Length: auto" counts it
 * &#64;end
 * &#64;bytes NAME                         ... bytes that are no HTTP: as they stand, without line ends
 * &#64;over TLSv1.3 sni=NAME alpn=A,B     cases from here on come over TLS, to "bind 127.0.0.1:TLS_PORT ssl" of the table;
 *                                    suite=NAME, and "certificate" for that of tls/client.p12; &#64;over tcp: without
 * &#64;patience 400                      how many milliseconds the client waits for the next bytes, from here on
 * &#64;with NAME                         that request again; "plain" is the one at the beginning: GET / HTTP/1.1, Host: a
 * &#64;response NAME                     what the server answers, as &#64;request; &#64;answering NAME: that one again
 * &#64;global                            lines of the global section, up to &#64;end
 * &#64;sections                          sections in front of the cases: tables, userlists, backends, up to &#64;end
 * &#64;frontend                          lines of the frontend in front of the cases, up to &#64;end
 * &#64;matrix                            every line up to "through" with every chain of converters behind it, up to &#64;end
 * &#64;mask REGEX                        what it matches is not compared, on either side
 * &#64;differs CASE ## REASON            a known difference; CASE is the case's text (or "request: text"), * for any part
 * </pre>
 *
 * <p>RESOURCES is the directory of the tables, for files that a configuration names, SPARE_PORT one more port. A known difference that has vanished fails, as an unknown one does. A case that one program refuses is a difference; one
 * that both refuse must be refused in the same words. The log shows {@code txn.value}, which a template may set.
 */
class TableDifferentialTest {
    private static final int PROMISED = 1500;

    /** Actions of HAProxy that are refused by name, and why. */
    static final Map<String, String> REFUSED = Map.of(
            "send-spoe-group", "there is no SPOE",
            "ot-group", "there is no OpenTracing");

    @TestFactory
    Stream<DynamicTest> tablesComeOutAsWithHaproxy() throws Exception {
        InstalledHaproxy.assumeInstalled();
        return tables().map(name -> dynamicTest(name, () -> compare(name)));
    }

    @Test
    void thereAreAsManyCasesAsWerePromised() throws Exception {
        int count = 0;
        for (String name : tables().toList()) {
            count += CaseTable.read(name).cases.size();
        }
        assertThat(count).isGreaterThanOrEqualTo(PROMISED);
    }

    @Test
    void everyConverterOfHaproxyIsInACase() throws Exception {
        String texts = texts(".table");
        Set<String> missing = new HashSet<>();
        for (Keyword<?> keyword : SampleKeywords.converters()) {
            boolean isWanted = isHaproxys(KeywordFamily.CONVERTER, keyword.name());
            if (isWanted && !contains(texts, "," + Pattern.quote(keyword.name()) + "\\b")) {
                missing.add(keyword.name());
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyFetchOfHaproxyIsInACase() throws Exception {
        String texts = texts(".table");
        Set<String> missing = new TreeSet<>();
        for (String name : KnownKeywords.names(KeywordFamily.FETCH)) {
            boolean isNewer = KnownKeywords.newer(KeywordFamily.FETCH).contains(name);
            boolean isRefused = SampleKeywords.fetch(name) == null; // FetchMatrixDifferentialTest says why
            if (!isNewer && !isRefused && !contains(texts, "(?<![\\w.,+-])" + Pattern.quote(name) + "(?![\\w.+-])")) {
                missing.add(name);
            }
        }
        missing.removeAll(Elsewhere.SUITES.keySet());
        assertThat(missing).isEmpty();
    }

    @Test
    void whatHasASuiteOfItsOwnIsThere() throws Exception {
        for (Map.Entry<String, Class<?>> one : Elsewhere.SUITES.entrySet()) {
            assertThat(Elsewhere.source(one.getValue())).containsPattern(Pattern.quote(one.getKey()) + "(?![\\w-])");
        }
    }

    @Test
    void whateverIsRefusedIsRefusedForAReason() {
        for (KeywordFamily family : List.of(KeywordFamily.FETCH, KeywordFamily.CONVERTER)) {
            for (String name : KnownKeywords.names(family)) {
                boolean there = family == KeywordFamily.FETCH
                        ? SampleKeywords.fetch(name) != null
                        : SampleKeywords.converter(name) != null;
                assertThat(RefusedSamples.reason(name).isEmpty()).as(name).isEqualTo(there);
            }
        }
    }

    @Test
    void everyActionIsInACaseInEveryRuleSetThatHasIt() throws Exception {
        String texts = texts(".table") + texts(".mistakes");
        Set<String> missing = new TreeSet<>();
        for (Keyword<ActionKind> keyword : ActionKeywords.all()) {
            for (RuleSet set : keyword.meaning().sets()) {
                String rule = set.words() + " " + keyword.name();
                boolean isWanted = isHaproxys(KeywordFamily.ACTION, keyword.name())
                        && !Elsewhere.SUITES.containsKey(keyword.name());
                if (isWanted && !contains(texts, Pattern.quote(rule) + "(?![a-z-]|[0-9]+\\()")) {
                    missing.add(rule);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyActionOfHaproxyIsThereOrRefused() {
        Set<String> missing = new TreeSet<>(KnownKeywords.names(KeywordFamily.ACTION));
        ActionKeywords.all().forEach(keyword -> {
            missing.remove(keyword.name());
            IntStream.range(0, 3).forEach(i -> missing.remove(keyword.name() + i)); // track-sc0
        });
        missing.removeAll(Elsewhere.SUITES.keySet());
        missing.removeAll(KnownKeywords.newer(KeywordFamily.ACTION));
        assertThat(missing).containsExactlyElementsOf(new TreeSet<>(REFUSED.keySet()));
    }

    private static boolean isHaproxys(KeywordFamily family, String name) {
        return KnownKeywords.has(family, name) && !KnownKeywords.newer(family).contains(name);
    }

    private static boolean contains(String texts, String regex) {
        return Pattern.compile(regex).matcher(texts).find();
    }

    private static String texts(String suffix) throws IOException {
        StringBuilder texts = new StringBuilder();
        for (String name : CaseTable.resources(suffix).toList()) {
            CaseTable.read(name).cases.forEach(one -> texts.append(one.text()).append('\n'));
        }
        return texts.toString();
    }

    /** The tables; {@code -Dtandem.table=actions} runs those whose names begin so. */
    private static Stream<String> tables() throws IOException {
        String wanted = System.getProperty("tandem.table", "");
        return CaseTable.resources(".table").filter(name -> name.startsWith(wanted));
    }

    private static void compare(String name) throws Exception {
        CaseTable table = CaseTable.read(name);
        Map<Case, Outcome> theirs;
        Map<Case, Outcome> ours;
        try (Bench bench = new Bench(table)) {
            ours = bench.runOurs();
            theirs = bench.runTheirs(ours);
        }
        List<String> failures = new ArrayList<>();
        Set<CaseTable.Known> used = new HashSet<>();
        for (Case one : table.cases) {
            String difference =
                    Bench.difference(Objects.requireNonNull(theirs.get(one)), Objects.requireNonNull(ours.get(one)));
            CaseTable.Known known = table.known(one);
            if (known != null) {
                used.add(known);
                if (difference == null) {
                    failures.add(one + "\n    differs no more: " + known.reason());
                }
            } else if (difference != null) {
                failures.add(one + "\n" + difference);
            }
        }
        table.known.stream()
                .filter(known -> !used.contains(known))
                .forEach(known -> failures.add(known.pattern() + "\n    covers no case"));
        assertThat(failures)
                .as(name + ": " + failures.size() + " of " + table.cases.size() + " differ\n  "
                        + String.join("\n  ", failures))
                .isEmpty();
    }
}
