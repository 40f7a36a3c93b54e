// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.language.Keyword;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every fetch against the installed haproxy: its declaration against {@code haproxy -dKsmp}, and what {@code -c} says about it
 * in every kind of rule and with wrong arguments.
 */
class FetchMatrixDifferentialTest {
    private static final int CONTENT_COLUMN = 2;

    /** HAProxy reads no further after so many errors. */
    private static final int BATCH = 45;

    private static final Pattern LISTED = Pattern.compile("\\[ ([Y. ]+) ] ([^(:]+)(\\([^:]*\\))?: (\\w+)");

    private static final Pattern OF_A_LINE = Pattern.compile("parsing \\[t\\.cfg:\\d+] :");

    @TempDir
    Path directory;

    /** A line of {@code -dKsmp}. */
    private record Listed(String places, String name, String signature, String type) {}

    @Test
    void everyFetchIsDeclaredAsHaproxyDeclaresIt() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<Listed> all = listed();
        assertThat(all).hasSizeGreaterThan(400);
        List<String> differences = new ArrayList<>();
        for (Listed theirs : all) {
            Keyword<FetchKind> keyword = SampleKeywords.fetch(theirs.name());
            if (keyword == null || isRefused(theirs.name())) {
                if (keyword != null || !isRefused(theirs.name())) {
                    differences.add(theirs.name() + (keyword == null ? " is missing" : " is not refused"));
                }
                continue;
            }
            Listed ours = ours(keyword);
            boolean typed = ours.type().equals(theirs.type()) || DeclaredOtherwise.FETCHES.containsKey(theirs.name());
            if (!ours.places().equals(theirs.places()) || !ours.signature().equals(theirs.signature()) || !typed) {
                differences.add("haproxy: " + theirs + "\ntandem:  " + ours);
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }

    /** By name, and for a reason. */
    private static boolean isRefused(String name) {
        return !RefusedSamples.reason(name).isEmpty();
    }

    private List<Listed> listed() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("empty.cfg"), "\n");
        String text = run("haproxy", "-dKsmp", "-q", "-c", "-f", "empty.cfg");
        List<Listed> all = new ArrayList<>();
        Matcher line = LISTED.matcher(text.substring(text.indexOf("# List of registered sample fetch")));
        while (line.find()) {
            String signature = line.group(3) == null ? "" : line.group(3);
            all.add(new Listed(line.group(1).replace(" ", ""), line.group(2), signature, line.group(4)));
        }
        return all;
    }

    private static Listed ours(Keyword<FetchKind> keyword) {
        FetchKind kind = keyword.meaning();
        StringBuilder places = new StringBuilder();
        for (Place place : Place.values()) {
            places.append(kind.need().isMetIn(place) ? 'Y' : '.');
        }
        return new Listed(places.toString(), keyword.name(), signature(kind.parameters()), type(kind.returns()));
    }

    private static String signature(List<Parameter> parameters) {
        if (parameters.isEmpty()) {
            return "";
        }
        String required = parameters.stream()
                .filter(parameter -> !parameter.optional())
                .map(parameter -> parameter.kind().wording())
                .collect(Collectors.joining(","));
        String optional = parameters.stream()
                .filter(Parameter::optional)
                .map(parameter -> parameter.kind().wording())
                .collect(Collectors.joining(","));
        String separator = required.isEmpty() ? "" : ",";
        return "(" + required + (optional.isEmpty() ? "" : "[" + separator + optional + "]") + ")";
    }

    private static String type(SampleType type) {
        return switch (type) {
            case BOOLEAN -> "bool";
            case INTEGER -> "sint";
            case IPV4, ADDRESS -> "ipv4";
            case IPV6 -> "ipv6";
            case STRING -> "str";
            case BINARY -> "bin";
            case METHOD -> "meth";
            case ANY -> "any";
        };
    }

    @Test
    void conditionsWithoutTheirInformationAreWarnedOfAsHaproxyDoes() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<String> fetches = usable().stream()
                .filter(fetch ->
                        !fetch.startsWith("http_auth_group")) // refused without groups, which is said elsewhere
                .toList();
        StringBuilder frontend = new StringBuilder();
        for (String rule : List.of(
                "monitor fail",
                "tcp-request connection accept",
                "tcp-request session accept",
                "tcp-request content accept",
                "http-request allow",
                "http-request redirect location /",
                "redirect location /",
                "use_backend b",
                "http-response allow",
                "http-after-response allow")) {
            lines(rule, fetches, frontend);
        }
        StringBuilder backend = new StringBuilder();
        for (String rule : List.of(
                "tcp-request content accept",
                "http-request allow",
                "redirect location /",
                "use-server s",
                "force-persist",
                "stick on src",
                "tcp-response content accept",
                "http-response allow",
                "http-after-response allow",
                "stick store-response src")) {
            lines(rule, fetches, backend);
        }
        compare(configuration(frontend.toString(), backend.toString()));
    }

    private static void lines(String rule, List<String> fetches, StringBuilder text) {
        for (String fetch : fetches) {
            text.append(' ').append(rule).append(" if { ").append(fetch).append(" -m found }\n");
        }
    }

    @Test
    void namedConditionsAreWarnedOfAsHaproxyDoes() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<String> fetches = onePerNeed();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < fetches.size(); i++) {
            text.append(" acl a").append(i).append(' ').append(fetches.get(i)).append(" -m found\n");
            text.append(" acl mixed").append(i).append(" src 1.2.3.4\n");
            text.append(" acl mixed")
                    .append(i)
                    .append(' ')
                    .append(fetches.get(i))
                    .append(" -m found\n");
        }
        for (String rule : List.of(
                "tcp-request connection accept",
                "tcp-request session accept",
                "tcp-request content accept",
                "http-request allow",
                "use_backend b",
                "http-response allow",
                "http-after-response allow")) {
            for (int i = 0; i < fetches.size(); i++) {
                text.append(' ').append(rule).append(" if a").append(i).append('\n');
                text.append(' ').append(rule).append(" if mixed").append(i).append('\n');
            }
        }
        compare(configuration(text.toString(), ""));
    }

    @Test
    void expressionsWithoutTheirInformationAreRefusedAsHaproxyDoes() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<String> lines = new ArrayList<>();
        for (String rule : List.of("tcp-request connection", "tcp-request session", "tcp-request content")) {
            usable().forEach(fetch -> lines.add(rule + " set-var(sess.x) " + fetch));
        }
        compareInBatches(lines, true);
        List<String> inBackend = new ArrayList<>();
        for (String rule : List.of("tcp-request content", "tcp-response content")) {
            usable().forEach(fetch -> inBackend.add(rule + " set-var(sess.x) " + fetch));
        }
        compareInBatches(inBackend, false);
    }

    @Test
    void everyKindOfInformationInEveryKindOfHttpRule() throws Exception {
        InstalledHaproxy.assumeInstalled();
        for (String line : List.of("http-request set-var(txn.x) FETCH", "http-response set-var(txn.x) FETCH")) {
            for (String fetch : onePerNeed()) {
                compare(configuration(" " + line.replace("FETCH", fetch) + "\n", ""));
            }
        }
        for (String line : List.of(
                "http-request set-header x %[FETCH]",
                "http-response set-header x %[FETCH]",
                "http-after-response set-header x %[FETCH]",
                "http-request track-sc0 FETCH table b",
                "http-request return status 200 content-type text/plain lf-string %[FETCH]",
                "http-request redirect location %[FETCH]",
                "http-request capture FETCH len 10")) {
            for (String fetch : List.of("res.hdr(a)", "be_id", "req.ssl_sni", "always_true")) {
                compare(configuration(" " + line.replace("FETCH", fetch) + "\n", ""));
            }
        }
        for (String line : List.of("http-request set-header x %[FETCH]", "http-response set-header x %[FETCH]")) {
            for (String fetch : List.of("res.hdr(a)", "be_id", "path", "srv_id")) {
                compare(configuration("", " " + line.replace("FETCH", fetch) + "\n"));
            }
        }
    }

    @Test
    void everyKindOfInformationInWhatIsCompiledLast() throws Exception {
        InstalledHaproxy.assumeInstalled();
        for (String line : List.of("log-format %[FETCH]", "unique-id-format %[FETCH]", "use_backend %[FETCH]")) {
            StringBuilder text = new StringBuilder(configuration("", ""));
            for (String fetch : onePerNeed()) {
                int number = text.length();
                text.append("frontend f").append(number).append("\n bind 127.0.0.1:18998\n log 127.0.0.1 local0\n ");
                text.append(line.replace("FETCH", fetch)).append('\n');
            }
            compare(text.toString());
        }
        for (String line : List.of(
                "balance hash FETCH",
                "server t 127.0.0.1:3 ssl verify none sni FETCH",
                "use-server %[FETCH] if TRUE")) {
            StringBuilder text = new StringBuilder(configuration("", ""));
            for (String fetch : onePerNeed()) {
                int number = text.length();
                text.append("backend b").append(number).append("\n server s 127.0.0.1:2\n ");
                text.append(line.replace("FETCH", fetch)).append('\n');
            }
            compare(text.toString());
        }
        StringBuilder global = new StringBuilder("global\n");
        for (String fetch : onePerNeed()) {
            global.append(" set-var proc.x ").append(fetch).append('\n');
            global.append(" set-var-fmt proc.y %[").append(fetch).append("]\n");
        }
        compare(global + configuration("", ""));
    }

    @Test
    void wrongArgumentsAreRefusedInHaproxysWords() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<String> lines = new ArrayList<>();
        for (Listed fetch : listed()) {
            // the matrix is another test's: only what a rule on content may ask at all
            if (SampleKeywords.fetch(fetch.name()) != null && fetch.places().charAt(CONTENT_COLUMN) == 'Y') {
                for (String arguments : List.of("", "()", "(a)", "(1)", "(1,a)", "(a,1)", "(0,1,2,3,4)", "(1")) {
                    boolean complete = arguments.isEmpty() || arguments.equals("()");
                    // HAProxy says "(null)" of a missing text
                    if (!(fetch.name().equals("bin") && complete)) {
                        lines.add("tcp-request content set-var(txn.x) " + fetch.name() + arguments);
                    }
                }
            }
        }
        compareInBatches(lines, true);
    }

    /** Each of haproxy's fetches that there is here, with arguments that are good. */
    private List<String> usable() throws IOException, InterruptedException {
        return listed().stream()
                .filter(fetch -> SampleKeywords.fetch(fetch.name()) != null)
                .map(FetchMatrixDifferentialTest::withArguments)
                .toList();
    }

    /** One fetch for each row of the matrix. */
    private List<String> onePerNeed() throws IOException, InterruptedException {
        Map<Object, String> one = new LinkedHashMap<>();
        for (Listed fetch : listed()) {
            Keyword<FetchKind> keyword = SampleKeywords.fetch(fetch.name());
            if (keyword != null) {
                one.putIfAbsent(keyword.meaning().need(), withArguments(fetch));
            }
        }
        return List.copyOf(one.values());
    }

    private static String withArguments(Listed fetch) {
        String special =
                switch (fetch.name()) {
                    case "bool" -> "(true)";
                    case "bin" -> "(41)";
                    case "var" -> "(txn.a)";
                    case "distcc_body", "distcc_param" -> "(DOTI)";
                    default -> fetch.name().startsWith("internal.htx_blk") ? "(first)" : "";
                };
        String required = fetch.signature().replaceAll("[()]|,?\\[.*", "");
        if (!special.isEmpty() || required.isEmpty()) {
            return fetch.name() + special;
        }
        List<String> arguments = new ArrayList<>();
        for (String type : required.split(",", -1)) {
            arguments.add(
                    switch (type) {
                        case "integer" -> "1";
                        case "backend", "table" -> "b";
                        case "frontend" -> "f";
                        case "server" -> "b/s";
                        case "user list" -> "u";
                        case "IPv4 address" -> "1.2.3.4";
                        case "IPv6 address" -> "::1";
                        default -> "abc";
                    });
        }
        return fetch.name() + "(" + String.join(",", arguments) + ")";
    }

    private static String configuration(String frontend, String backend) {
        return "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n"
                + "userlist u\n user a insecure-password b\n"
                + "backend b\n stick-table type ip size 10 store gpc(9),gpt(9),conn_cnt\n" + backend
                + " server s 127.0.0.1:2\n"
                + "frontend f\n bind 127.0.0.1:18999\n" + frontend + " default_backend b\n";
    }

    private void compareInBatches(List<String> lines, boolean inFrontend) throws Exception {
        for (int from = 0; from < lines.size(); from += BATCH) {
            String text = " " + String.join("\n ", lines.subList(from, Math.min(lines.size(), from + BATCH))) + "\n";
            compare(inFrontend ? configuration(text, "") : configuration("", text));
        }
    }

    private void compare(String text) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("t.cfg"), text, StandardCharsets.ISO_8859_1);
        List<HaproxyCheck.Message> all = HaproxyCheck.in(run("haproxy", "-c", "-f", "t.cfg"));
        // of arguments that count for nothing we warn once all lines are read
        List<String> theirs = all.stream()
                .map(HaproxyCheck.Message::text)
                .filter(one -> !one.startsWith("no argument supported"))
                .toList();
        // where a line is refused, HAProxy looks no further than at the lines
        boolean stopped = all.stream()
                .anyMatch(one -> one.isAlert() && OF_A_LINE.matcher(one.text()).lookingAt());
        List<String> ours = LoadedText.of(text).messages().stream()
                .map(String::strip)
                .filter(one -> !stopped || OF_A_LINE.matcher(one).lookingAt())
                .toList();
        if (!ours.equals(theirs)) {
            List<String> onlyTheirs = new ArrayList<>(theirs);
            onlyTheirs.removeAll(ours);
            List<String> onlyOurs = new ArrayList<>(ours);
            onlyOurs.removeAll(theirs);
            int at = 0;
            while (at < ours.size() && at < theirs.size() && ours.get(at).equals(theirs.get(at))) {
                at++;
            }
            String order = "\nfrom " + at + " on:\n  " + first(theirs.subList(at, theirs.size())) + "\nbut ours:\n  "
                    + first(ours.subList(at, ours.size()));
            fail(
                    "%s\n%d only haproxy: %s\n%d only tandem: %s%s",
                    shown(text), onlyTheirs.size(), first(onlyTheirs), onlyOurs.size(), first(onlyOurs), order);
        }
    }

    private static String shown(String text) {
        return text.length() > 2000 ? "" : text;
    }

    private static String first(List<String> messages) {
        return String.join("\n  ", messages.subList(0, Math.min(messages.size(), 12)));
    }

    private String run(String... words) throws IOException, InterruptedException {
        return Program.of(words).in(directory).run().output();
    }
}
