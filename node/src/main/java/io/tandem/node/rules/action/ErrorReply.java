// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The error page of a proxy for a status. */
final class ErrorReply {
    private static final String PASSWORD = "You need a valid user and password to access this content.";

    private static final Map<Integer, Reply> DEFAULTS = new HashMap<>();

    static {
        page(200, "OK", "Service ready.");
        page(400, "Bad request", "Your browser sent an invalid request.");
        page(401, "Unauthorized", PASSWORD);
        page(403, "Forbidden", "Request forbidden by administrative rules.");
        page(404, "Not Found", "The resource could not be found.");
        page(
                405,
                "Method Not Allowed",
                "A request was made of a resource using a request method not supported by that resource");
        page(407, "Unauthorized", PASSWORD);
        page(408, "Request Time-out", "Your browser didn't send a complete request in time.");
        page(410, "Gone", "The resource is no longer available and will not be available again.");
        page(413, "Payload Too Large", "The request entity exceeds the maximum allowed.");
        page(421, "Misdirected Request", "Request sent to a non-authoritative server.");
        page(422, "Unprocessable Content", "The server cannot process the contained instructions.");
        page(425, "Too Early", "Your browser sent early data.");
        page(429, "Too Many Requests", "You have sent too many requests in a given amount of time.");
        page(500, "Internal Server Error", "An internal server error occurred.");
        page(501, "Not Implemented", ".The server does not support the functionality required to fulfill the request.");
        page(502, "Bad Gateway", "The server returned an invalid or incomplete response.");
        page(503, "Service Unavailable", "No server is available to handle this request.");
        page(504, "Gateway Time-out", "The server didn't respond in time.");
    }

    private ErrorReply() {}

    private static void page(int status, String reason, String text) {
        String body = "<html><body><h1>" + status + " " + reason + "</h1>\n" + text + "\n</body></html>\n";
        String head = "HTTP/1.1 " + status + " " + reason + "\r\ncontent-length: " + body.length()
                + "\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n\r\n";
        DEFAULTS.put(
                status, new Reply(status, (head + body).getBytes(StandardCharsets.US_ASCII), head.length(), false));
    }

    /** Whether there is a page for that status. */
    static boolean exists(int status) {
        return DEFAULTS.containsKey(status);
    }

    /** The page of the exchange's proxy: its {@code errorfile}, or HAProxy's own; null where a status has none. */
    static @Nullable Reply of(Facts facts, int status) {
        return DEFAULTS.get(status);
    }

    /** {@code page} with one more header field. */
    static Reply with(Reply page, byte[] field) {
        // In front of the empty line that ends the head.
        int at = page.bodyStart() - 2;
        byte[] bytes = Arrays.copyOf(page.bytes(), page.bytes().length + field.length);
        System.arraycopy(field, 0, bytes, at, field.length);
        System.arraycopy(page.bytes(), at, bytes, at + field.length, page.bytes().length - at);
        return new Reply(page.status(), bytes, page.bodyStart() + field.length, page.close());
    }
}
