// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.setup.Assembly;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy answers when it has to answer an error: those of HAProxy's pages that it has replaced, by {@code errorfile},
 * {@code http-error} and the like. Immutable.
 */
public final class ErrorPages {
    /** Makes the answer to an exchange. */
    @FunctionalInterface
    public interface ErrorPage {
        Reply reply(Facts facts);
    }

    /** A page of a section, to be made for each proxy that has it: a defaults section's belongs to several. */
    @FunctionalInterface
    public interface Source {
        ErrorPage compile(ProxyDraft proxy, Assembly assembly);
    }

    private static final String PASSWORD = "You need a valid user and password to access this content.";

    private static final Map<Integer, Page> PAGES = pages();

    /** HAProxy's pages. */
    private static final Map<Integer, Reply> DEFAULTS = defaults();

    private final Map<Integer, ErrorPage> pages;

    /** @param pages by status; one without bytes closes the connection without an answer */
    ErrorPages(Map<Integer, ErrorPage> pages) {
        this.pages = Map.copyOf(pages);
    }

    /** The reply that a file's bytes make for {@code status}: a whole response, or nothing. */
    static Reply file(int status, byte[] bytes) {
        return new Reply(status, bytes, bodyStart(bytes), closes(status) || endsConnection(bytes));
    }

    /** {@code errorloc}: sends the client elsewhere; logged and counted as the error it stands for. */
    static Reply location(int status, int redirection, String url) {
        byte[] bytes = ("HTTP/1.1 " + redirection + (redirection == 303 ? " See Other" : " Found")
                        + "\r\ncache-control: no-cache\r\ncontent-length: 0\r\nlocation: " + url + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        return new Reply(status, bytes, bytes.length, closes(status));
    }

    /** Statuses that have a page, and so may be given to {@code errorfile} and {@code deny_status}. */
    public static Set<Integer> statuses() {
        return DEFAULTS.keySet();
    }

    /** The pages a section {@code http-errors} declares, by status; null where there is no such section. */
    public static @Nullable Map<Integer, Reply> ofSection(String name, Drafts drafts) {
        return ErrorLines.declared(name, drafts);
    }

    /** The section answers {@code status} with what {@code source} makes. */
    public static void declare(Draft section, int status, Source source) {
        ErrorLines.add(section, status, source);
    }

    /** The section answers {@code status} with the page of a section {@code http-errors}. */
    public static void declareImport(Draft section, int status, String from, Origin origin) {
        ErrorLines.addImport(section, status, from, origin);
    }

    /** The section says nothing about {@code status} any more. */
    public static void withdraw(Draft section, int status) {
        ErrorLines.reset(section, status);
    }

    /** The answer of an exchange's proxies for a status: the backend's, the frontend's, HAProxy's own, or that of 500. */
    public static Reply of(Facts facts, int status) {
        ErrorPage page = own(facts, status);
        if (page != null) {
            return page.reply(facts);
        }
        Reply reply = DEFAULTS.get(status);
        return reply != null ? reply : of(facts, 500);
    }

    private static @Nullable ErrorPage own(Facts facts, int status) {
        Backend backend = facts.backend;
        ErrorPages pages = backend == null ? null : backend.http().errorPages();
        ErrorPage page = pages == null ? null : pages.pages.get(status);
        if (page == null) {
            pages = facts.frontend.http().errorPages();
            page = pages == null ? null : pages.pages.get(status);
        }
        return page;
    }

    /**
     * What goes to a client whose request could not even be read. HAProxy 2.6 sends its own page then, with the capitals of
     * old, whatever {@code errorfile} says; only an empty file keeps it silent.
     */
    public static byte[] raw(Facts facts, int status) {
        ErrorPage page = own(facts, status);
        if (page != null) {
            byte[] bytes = page.reply(facts).bytes();
            if (bytes.length == 0) {
                return bytes;
            }
        }
        return rawDefault(status);
    }

    private static byte[] rawDefault(int status) {
        Page page = PAGES.get(status);
        if (page == null) {
            return rawDefault(400);
        }
        byte[] body = page.body(status);
        String head = "HTTP/1.1 " + status + " " + page.reason + "\r\nContent-length: " + body.length
                + "\r\nCache-Control: no-cache\r\n" + (closes(status) ? "Connection: close\r\n" : "")
                + "Content-Type: text/html\r\n\r\n";
        return join(head, body);
    }

    private static boolean closes(int status) {
        return status == 400 || status == 408;
    }

    /** Whether a file says so, or leaves it to the connection's end to show where its body ends. */
    private static boolean endsConnection(byte[] bytes) {
        boolean length = false;
        boolean close = false;
        String head = new String(bytes, 0, bodyStart(bytes), StandardCharsets.ISO_8859_1);
        for (String line : head.toLowerCase(Locale.ROOT).split("\r?\n", -1)) {
            length |= line.startsWith("content-length:");
            close |= line.startsWith("connection:") && line.contains("close");
        }
        return close || !length;
    }

    private static int bodyStart(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                int next = i + 1 < bytes.length && bytes[i + 1] == '\r' ? i + 2 : i + 1;
                if (next < bytes.length && bytes[next] == '\n') {
                    return next + 1;
                }
            }
        }
        return bytes.length;
    }

    private static byte[] join(String head, byte[] body) {
        byte[] bytes = head.getBytes(StandardCharsets.US_ASCII);
        int length = bytes.length;
        bytes = Arrays.copyOf(bytes, length + body.length);
        System.arraycopy(body, 0, bytes, length, body.length);
        return bytes;
    }

    private record Page(String reason, String text) {
        byte[] body(int status) {
            return ("<html><body><h1>" + status + " " + reason + "</h1>\n" + text + "\n</body></html>\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static Map<Integer, Reply> defaults() {
        Map<Integer, Reply> replies = new HashMap<>();
        PAGES.forEach((status, page) -> {
            byte[] body = page.body(status);
            String head = "HTTP/1.1 " + status + " " + page.reason + "\r\ncontent-length: " + body.length
                    + "\r\ncache-control: no-cache\r\n" + (closes(status) ? "connection: close\r\n" : "")
                    + "content-type: text/html\r\n\r\n";
            replies.put(status, new Reply(status, join(head, body), head.length(), closes(status)));
        });
        return replies;
    }

    private static Map<Integer, Page> pages() {
        Map<Integer, Page> pages = new LinkedHashMap<>();
        pages.put(200, new Page("OK", "Service ready."));
        pages.put(400, new Page("Bad request", "Your browser sent an invalid request."));
        pages.put(401, new Page("Unauthorized", PASSWORD));
        pages.put(403, new Page("Forbidden", "Request forbidden by administrative rules."));
        pages.put(404, new Page("Not Found", "The resource could not be found."));
        pages.put(
                405,
                new Page(
                        "Method Not Allowed",
                        "A request was made of a resource using a request method not supported by that resource"));
        pages.put(407, new Page("Unauthorized", PASSWORD));
        pages.put(408, new Page("Request Time-out", "Your browser didn't send a complete request in time."));
        pages.put(410, new Page("Gone", "The resource is no longer available and will not be available again."));
        pages.put(413, new Page("Payload Too Large", "The request entity exceeds the maximum allowed."));
        pages.put(421, new Page("Misdirected Request", "Request sent to a non-authoritative server."));
        pages.put(422, new Page("Unprocessable Content", "The server cannot process the contained instructions."));
        pages.put(425, new Page("Too Early", "Your browser sent early data."));
        pages.put(429, new Page("Too Many Requests", "You have sent too many requests in a given amount of time."));
        pages.put(500, new Page("Internal Server Error", "An internal server error occurred."));
        pages.put(
                501,
                new Page(
                        "Not Implemented",
                        ".The server does not support the functionality required to fulfill the request."));
        pages.put(502, new Page("Bad Gateway", "The server returned an invalid or incomplete response."));
        pages.put(503, new Page("Service Unavailable", "No server is available to handle this request."));
        pages.put(504, new Page("Gateway Time-out", "The server didn't respond in time."));
        return pages;
    }
}
