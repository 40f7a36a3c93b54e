// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckPlan;
import io.tandem.node.backend.CheckPlan.Range;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code option httpchk}, {@code http-check} and their kin: what health checks ask (HAProxy manual 4.2). */
public final class CheckLines implements Feature {
    private static final FacetKey<Asked> ASKED = new FacetKey<>(Asked.class, Asked::new);

    private static final List<Range> DEFAULT_STATUS = List.of(new Range(200, 399));

    private static final List<String> LATER_RULES =
            List.of("disable-on-404", "send-state", "comment", "connect", "set-var-fmt", "set-var", "unset-var");

    private static final List<String> LATER_PATTERNS =
            List.of("min-recv", "string", "rstring", "string-lf", "rstatus", "hdr", "fhdr", "comment", "ok-status");

    /** What a section says about checks. */
    private static final class Asked implements Facet {
        boolean http;
        boolean logsEach;
        String method = "OPTIONS";
        String uri = "/";
        String version = "HTTP/1.0";
        Map<String, String> headers = new LinkedHashMap<>();
        String body = "";
        List<Range> accepted = DEFAULT_STATUS;
        boolean inverted;
        boolean rules;

        @Override
        public Facet inherit() {
            Asked copy = new Asked();
            copy.http = http;
            copy.logsEach = logsEach;
            copy.method = method;
            copy.uri = uri;
            copy.version = version;
            copy.headers = new LinkedHashMap<>(headers);
            copy.body = body;
            copy.accepted = accepted;
            copy.inverted = inverted;
            copy.rules = rules;
            return copy;
        }
    }

    private static final Keyword<Directive> HTTPCHK = option("httpchk", "checks ask for a page")
            .arguments("[METHOD] [URI] [VERSION]")
            .negatable()
            .as(CheckLines::httpchk);

    private static final Keyword<Directive> TCP_CHECK =
            option("tcp-check", "checks connect").negatable().as(CheckLines::tcpCheck);

    private static final Keyword<Directive> LOG = option("log-health-checks", "every change of a check is logged")
            .negatable()
            .as(CheckLines::log);

    private static final Keyword<Directive> HTTP_CHECK = Keyword.directive("http-check", SectionKind.PROXIES)
            .arguments("send … | expect [!] status CODES")
            .doc("what checks ask and want to hear")
            .as(CheckLines::httpCheck);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(HTTPCHK, TCP_CHECK, LOG, HTTP_CHECK);
    }

    private static Keyword.Builder<Directive> option(String name, String doc) {
        return Keyword.directive("option " + name, SectionKind.PROXIES).doc(doc);
    }

    private static void httpchk(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "httpchk", ".")) {
            return;
        }
        Asked asked = draft.facet(ASKED);
        asked.http = !line.negated();
        if (line.negated() || !line.hasNext()) {
            return;
        }
        String first = line.next();
        if (!line.hasNext()) {
            asked.uri = first;
            return;
        }
        asked.method = first;
        asked.uri = line.next();
        if (line.hasNext()) {
            versionAndHeaders(line, asked);
        }
        if (line.hasNext()) {
            throw line.error("'option httpchk' cannot handle unexpected argument '" + line.peek() + "'.");
        }
    }

    /** The old way to add headers: behind the version, separated by CR LF. */
    private static void versionAndHeaders(Arguments line, Asked asked) {
        String[] lines = line.next().split("\r\n", -1);
        asked.version = lines[0];
        if (lines.length > 1) {
            line.context()
                    .problems()
                    .warning(
                            line.origin(),
                            "parsing [" + line.origin().file() + ":"
                                    + line.origin().line()
                                    + "]: 'option httpchk' : hiding headers or body at the end of the version string is"
                                    + " deprecated. Please, consider to use 'http-check send' directive instead.");
        }
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            if (colon <= 0) {
                throw line.error("'option httpchk' : invalid header '" + lines[i] + "'.");
            }
            header(
                    line,
                    asked,
                    lines[i].substring(0, colon),
                    lines[i].substring(colon + 1).strip());
        }
    }

    private static void header(Arguments line, Asked asked, String name, String value) {
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || value.matches("(?s).*[\r\n\0].*")) {
            throw line.error("'http-check send' : invalid header '" + name + ": " + value + "'.");
        }
        asked.headers.put(name.toLowerCase(Locale.ROOT), value);
    }

    private static void tcpCheck(Arguments line, Draft draft) {
        if (draft.needsBackend(line, "tcp-check", ".")) {
            if (line.hasNext()) {
                throw line.error("'option tcp-check' cannot handle unexpected argument '" + line.peek() + "'.");
            }
            if (!line.negated()) {
                draft.facet(ASKED).http = false;
            }
        }
    }

    private static void log(Arguments line, Draft draft) {
        if (draft.needsBackend(line, "log-health-checks", ".")) {
            if (line.hasNext()) {
                throw line.error("'option log-health-checks' cannot handle unexpected argument '" + line.peek() + "'.");
            }
            draft.facet(ASKED).logsEach = !line.negated();
        }
    }

    private static void httpCheck(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "http-check", ".")) {
            return;
        }
        String rule = line.next();
        Asked asked = draft.facet(ASKED);
        switch (rule) {
            case "send" -> send(line, asked);
            case "expect" -> expect(line, asked);
            default -> {
                int bracket = rule.indexOf('(');
                if (LATER_RULES.contains(bracket < 0 ? rule : rule.substring(0, bracket))) {
                    throw line.error(KnownKeywords.notSupported("http-check " + rule));
                }
                throw line.error("'http-check' only supports 'disable-on-404', 'send-state', 'comment', 'connect',"
                        + " 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but got '" + rule + "'");
            }
        }
        asked.rules = true;
    }

    private static void send(Arguments line, Asked asked) {
        while (line.hasNext()) {
            String word = line.next();
            switch (word) {
                case "meth" -> asked.method = value(line, "meth", "a string");
                case "uri" -> asked.uri = value(line, "uri", "a string");
                case "ver" -> asked.version = value(line, "ver", "a string");
                case "body" -> asked.body = value(line, "body", "a string");
                case "hdr" -> {
                    String name = value(line, "hdr", "<name> and <value>");
                    header(line, asked, name, value(line, "hdr", "<name> and <value>"));
                }
                case "comment" -> value(line, "comment", "a string");
                case "uri-lf", "body-lf" -> throw line.error(KnownKeywords.notSupported("http-check send " + word));
                default ->
                    throw line.error("'http-check send' : expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr',"
                            + " 'body' or 'body-lf' but got '" + word + "' as argument..");
            }
        }
    }

    private static String value(Arguments line, String name, String expected) {
        return line.require("'http-check send' : '" + name + "' expects " + expected + " as argument.")
                .text();
    }

    private static void expect(Arguments line, Asked asked) {
        boolean inverted = line.accept("!");
        if (!line.hasNext()) {
            throw line.error("'http-check expect' : expects at least a matching pattern as arguments.");
        }
        String pattern = line.next();
        if (pattern.startsWith("!")) {
            inverted = !inverted;
            pattern = pattern.substring(1);
        }
        if (!pattern.equals("status")) {
            throw unknownPattern(line, pattern);
        }
        asked.accepted = ranges(
                line,
                line.require("'http-check expect' : 'status' expects a string as argument.")
                        .text());
        asked.inverted = inverted;
        if (line.hasNext()) {
            throw unknownPattern(line, line.next());
        }
    }

    private static LineError unknownPattern(Arguments line, String pattern) {
        if (LATER_PATTERNS.contains(pattern)) {
            return line.error(KnownKeywords.notSupported("http-check expect " + pattern));
        }
        return line.error("'http-check expect' : 'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf',"
                + " '[!]status', '[!]rstatus', [!]hdr, [!]fhdr or comment but got '" + pattern + "' as argument..");
    }

    private static List<Range> ranges(Arguments line, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && c != ',' && c != '-') {
                throw line.error("'http-check expect' : invalid character '" + c + "' in the list of status codes.");
            }
        }
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.matches("[0-9]{1,4}(-[0-9]{1,4})?")) {
                throw line.error("'http-check expect' : invalid list of status codes '" + text + "'.");
            }
            String[] bounds = part.split("-", -1);
            ranges.add(new Range(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[bounds.length - 1])));
        }
        return ranges;
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Asked asked = draft.facet(ASKED);
        if (asked.rules && !asked.http) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            draft.described()
                                    + " uses http-check rules without 'option httpchk', so the rules are ignored.");
        }
        byte[] request = asked.http ? request(asked) : new byte[0];
        backend.checkPlan = new CheckPlan(request, asked.accepted, asked.inverted, asked.logsEach);
    }

    private static byte[] request(Asked asked) {
        StringBuilder head = new StringBuilder()
                .append(asked.method)
                .append(' ')
                .append(asked.uri)
                .append(' ')
                .append(asked.version)
                .append("\r\n");
        boolean closes = asked.version.equals("HTTP/1.1") && !asked.headers.containsKey("connection");
        asked.headers.forEach((name, value) -> {
            if (!name.equals("connection") && !name.equals("content-length") && !name.equals("transfer-encoding")) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        if (!asked.body.isEmpty()) {
            head.append("content-length: ").append(asked.body.length()).append("\r\n");
        }
        if (closes) {
            head.append("connection: close\r\n");
        }
        return head.append("\r\n").append(asked.body).toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
