// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.setup.NodeRuntime;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
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
     */
    record Settings(
            String uri,
            int refreshS,
            List<String> accounts,
            String realm,
            boolean hideVersion,
            @Nullable String node,
            @Nullable String description,
            boolean legends) {
        static final Settings DEFAULT =
                new Settings("/haproxy?stats", 0, List.of(), "HAProxy Statistics", false, null, null, false);

        Settings {
            accounts = List.copyOf(accounts);
        }

        Settings withUri(String value) {
            return new Settings(value, refreshS, accounts, realm, hideVersion, node, description, legends);
        }

        Settings withRefresh(int seconds) {
            return new Settings(uri, seconds, accounts, realm, hideVersion, node, description, legends);
        }

        Settings withAccounts(List<String> value) {
            return new Settings(uri, refreshS, value, realm, hideVersion, node, description, legends);
        }

        Settings withRealm(String value) {
            return new Settings(uri, refreshS, accounts, value, hideVersion, node, description, legends);
        }

        Settings withHiddenVersion() {
            return new Settings(uri, refreshS, accounts, realm, true, node, description, legends);
        }

        Settings withNode(String value) {
            return new Settings(uri, refreshS, accounts, realm, hideVersion, value, description, legends);
        }

        Settings withDescription(String value) {
            return new Settings(uri, refreshS, accounts, realm, hideVersion, node, value, legends);
        }

        Settings withLegends() {
            return new Settings(uri, refreshS, accounts, realm, hideVersion, node, description, true);
        }
    }

    private final Settings settings;
    private final byte[] uri;
    private final List<byte[]> credentials = new ArrayList<>();

    StatsPage(Settings settings) {
        this.settings = settings;
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
        if (!credentials.isEmpty() && !authorized(request.headers())) {
            return unauthorized();
        }
        if (changes) {
            return denied();
        }
        String options = new String(
                request.bytes(), request.uriStart() + uri.length, length - uri.length, StandardCharsets.ISO_8859_1);
        return show(facts.configuration.node(), options);
    }

    private Reply show(NodeRuntime node, String options) {
        long nowMs = System.currentTimeMillis();
        boolean onlyUp = options.contains(";up");
        boolean noMaintenance = options.contains(";no-maint");
        List<Row> rows = Statistics.rows(node.configuration(), nowMs).stream()
                .filter(row -> !noMaintenance || !row.text("status").startsWith("MAINT"))
                .filter(row -> !onlyUp
                        || row.kind() != Row.Kind.SERVER
                        || row.text("status").startsWith("UP"))
                .toList();
        StringBuilder text = new StringBuilder(16_384);
        if (options.contains(";csv")) {
            Forms.csv(rows, text);
            return Reply.of(200, "OK", "text/plain", text);
        }
        if (options.contains(";json")) {
            return Reply.of(501, "Not Implemented", "text/plain", "JSON is not supported by this version of tandem\n");
        }
        Page.write(node, rows, settings, !options.contains(";norefresh"), nowMs, text);
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

    /** What a form sent to a page gets that nobody may change anything with ({@code stats admin}). */
    private Reply denied() {
        byte[] head = ("HTTP/1.1 303 See Other\r\ncache-control: no-cache\r\ncontent-type: text/plain\r\n"
                        + "content-length: 0\r\nlocation: " + settings.uri() + ";st=DENY\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        return new Reply(303, head, head.length, false);
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
