// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.frontend.Intercept;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.action.StatsRules;
import io.tandem.node.setup.NodeRuntime;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers requests for the statistics of a proxy: the page, or CSV. Immutable. */
final class StatsPage {
    private static final byte[] AUTHORIZATION = "authorization".getBytes(StandardCharsets.US_ASCII);

    /**
     * What the {@code stats} lines said.
     *
     * @param uri the prefix of the paths it answers to
     * @param refreshS seconds after which a browser loads the page again, 0 for never
     * @param accounts {@code user:password} pairs of which one must be given; empty: anybody. Never logged
     * @param node shown if not null; empty: this node's name
     * @param description shown if not null; empty: the global one
     * @param scope the proxies it shows; empty: all
     */
    record Settings(
            String uri,
            int refreshS,
            List<String> accounts,
            String realm,
            boolean hideVersion,
            @Nullable String node,
            @Nullable String description,
            boolean legends,
            Set<String> scope) {
        Settings {
            accounts = List.copyOf(accounts);
            scope = Set.copyOf(scope);
        }
    }

    /** Columns that {@code stats show-legends} opens. */
    private static final List<String> LEGENDS = List.of("addr", "cookie", "algo");

    private final Settings settings;
    private final byte[] uri;
    private final List<byte[]> credentials = new ArrayList<>();
    private final StatsRules.Compiled rules;
    private final int capacity;

    /** @param capacity how long a request with a form may be, its head included, bytes */
    StatsPage(Settings settings, StatsRules.Compiled rules, int capacity) {
        this.settings = settings;
        this.rules = rules;
        this.capacity = capacity;
        uri = settings.uri().getBytes(StandardCharsets.ISO_8859_1);
        for (String account : settings.accounts()) {
            credentials.add(Base64.getEncoder().encode(account.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The answer if the request is for the page, else null. */
    @Nullable Reply answer(Facts facts) {
        Request request = facts.request;
        int length = request.uriEnd() - request.uriStart();
        if (length < uri.length
                || !Arrays.equals(
                        request.bytes(), request.uriStart(), request.uriStart() + uri.length, uri, 0, uri.length)) {
            return null;
        }
        boolean changes = request.method() == Method.POST;
        if (!changes && request.method() != Method.GET && request.method() != Method.HEAD) {
            return null;
        }
        facts.service = "<STATS>";
        Verdict verdict = rules.requests().judge(facts);
        if (verdict == Verdict.REPLY) {
            return facts.reply;
        }
        if (verdict != Verdict.ACCEPT && !credentials.isEmpty() && !authorized(request.headers())) {
            return unauthorized();
        }
        String options = new String(
                request.bytes(), request.uriStart() + uri.length, length - uri.length, StandardCharsets.ISO_8859_1);
        return changes ? change(facts, options) : show(facts, options);
    }

    private boolean isAdmin(Facts facts) {
        for (Condition condition : rules.admins()) {
            if (condition.test(facts)) {
                return true;
            }
        }
        return false;
    }

    /** What is asked for is done, and the browser sent to the page that says so. */
    private Reply change(Facts facts, String options) {
        if (!isAdmin(facts)) {
            return seeOther(AdminForm.Outcome.DENY, options);
        }
        BodyBytes body = facts.requestBody;
        int length = body == null ? 0 : body.length();
        if (facts.request.countedSize() + length > capacity) {
            return seeOther(AdminForm.Outcome.EXCD, options);
        }
        if (body == null) {
            return seeOther(AdminForm.Outcome.NONE, options);
        }
        if (facts.request.framing() != Framing.NONE && !body.isWhole()) {
            return Intercept.BODY_FIRST;
        }
        byte[] form = new byte[length];
        body.copy(form, 0, length);
        NodeRuntime node = facts.configuration.node();
        ServerAdmin admin = new ServerAdmin(node.events(), System::currentTimeMillis, "Web interface");
        return seeOther(new AdminForm(facts.configuration, admin).perform(form), options);
    }

    private Reply seeOther(AdminForm.Outcome outcome, String options) {
        String location = settings.uri() + ";st=" + outcome + kept(options);
        byte[] head = ("HTTP/1.1 303 See Other\r\ncache-control: no-cache\r\ncontent-type: text/plain\r\n"
                        + "content-length: 0\r\nlocation: " + location + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        return new Reply(303, head, head.length, false);
    }

    /** The options that the next page has as well. */
    private String kept(String options) {
        return (options.contains(";up") ? ";up" : "")
                + (settings.refreshS() > 0 && options.contains(";norefresh") ? ";norefresh" : "");
    }

    private Reply show(Facts facts, String options) {
        if (options.contains(";json-schema")) {
            return Reply.of(200, "OK", "application/json", JsonForm.schema());
        }
        NodeRuntime node = facts.configuration.node();
        long nowMs = System.currentTimeMillis();
        boolean onlyUp = options.contains(";up");
        boolean noMaintenance = options.contains(";no-maint");
        List<Row> rows = Statistics.rows(node.configuration(), nowMs).stream()
                .filter(row -> settings.scope().isEmpty() || settings.scope().contains(row.text("pxname")))
                .filter(row -> !noMaintenance || !row.text("status").startsWith("MAINT"))
                .filter(row -> !onlyUp
                        || row.kind() != Row.Kind.SERVER
                        || row.text("status").startsWith("UP"))
                .toList();
        if (!settings.legends()) { // who may see the page need not know where servers are
            rows.forEach(row -> LEGENDS.forEach(column -> row.set(column, null)));
        }
        StringBuilder text = new StringBuilder(16_384);
        if (options.contains(";csv")) {
            Forms.csv(rows, text);
            return Reply.of(200, "OK", "text/plain", text);
        }
        if (options.contains(";json")) {
            JsonForm.rows(rows, text);
            return Reply.of(200, "OK", "application/json", text);
        }
        boolean refresh = settings.refreshS() > 0 && !options.contains(";norefresh");
        Page.View view = new Page.View(isAdmin(facts), refresh, kept(options), AdminForm.Outcome.in(options));
        Page.write(node, rows, settings, view, nowMs, text);
        return Reply.of(200, "OK", "text/html", text);
    }

    private boolean authorized(Headers headers) {
        int field = headers.find(AUTHORIZATION, 0);
        if (field < 0) {
            return false;
        }
        String value = new String(
                headers.bytes(),
                headers.valueStart(field),
                headers.valueEnd(field) - headers.valueStart(field),
                StandardCharsets.ISO_8859_1);
        if (!value.regionMatches(true, 0, "Basic ", 0, 6)) {
            return false;
        }
        byte[] given = value.substring(6).trim().getBytes(StandardCharsets.ISO_8859_1);
        boolean found = false;
        for (byte[] credential : credentials) {
            found |= MessageDigest.isEqual(given, credential); // in constant time, whichever matches
        }
        return found;
    }

    private Reply unauthorized() {
        String body =
                "<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n"
                        + "</body></html>\n";
        String head = "HTTP/1.1 401 Unauthorized\r\ncontent-length: " + body.length()
                + "\r\ncache-control: no-cache\r\ncontent-type: text/html\r\nwww-authenticate: Basic realm=\""
                + settings.realm().replace("\"", "\\\"") + "\"\r\n\r\n";
        return new Reply(401, (head + body).getBytes(StandardCharsets.UTF_8), head.length(), false);
    }
}
