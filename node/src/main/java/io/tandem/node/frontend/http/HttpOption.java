// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

/** The switches of a proxy that concern HTTP (HAProxy manual 4.2, {@code option}): a keyword each, a bit each. */
public enum HttpOption {
    ABORT_ON_CLOSE("abortonclose", Side.BACKEND, false, "gives up requests whose client has closed"),
    ACCEPT_INVALID_REQUEST(
            "accept-invalid-http-request", Side.FRONTEND, true, "forwards requests with characters nobody should send"),
    ACCEPT_INVALID_RESPONSE(
            "accept-invalid-http-response",
            Side.BACKEND,
            true,
            "forwards responses with characters nobody should send"),
    CHECK_CACHE("checkcache", Side.BACKEND, true, "refuses responses with cookies that caches may keep"),
    CASE_ADJUST_CLIENT(
            "h1-case-adjust-bogus-client",
            Side.FRONTEND,
            false,
            "writes field names to clients as h1-case-adjust says"),
    CASE_ADJUST_SERVER(
            "h1-case-adjust-bogus-server", Side.BACKEND, false, "writes field names to servers as h1-case-adjust says"),
    BUFFER_REQUEST("http-buffer-request", Side.BOTH, true, "waits for the body before the rules are asked"),
    IGNORE_PROBES("http-ignore-probes", Side.FRONTEND, true, "says nothing about connections without data"),
    NO_DELAY("http-no-delay", Side.BOTH, true, "sends every piece at once, as is always done here"),
    PREFER_LAST_SERVER(
            "prefer-last-server",
            Side.BACKEND,
            true,
            "a client whose connection to a server is open goes to that server again"),
    PRETEND_KEEP_ALIVE(
            "http-pretend-keepalive", Side.BACKEND, true, "does not tell the server that its connection will end"),
    IDLE_CLOSE_ON_RESPONSE(
            "idle-close-on-response", Side.FRONTEND, true, "a stop waits for the next response of idle connections"),
    INDEPENDENT_STREAMS(
            "independent-streams", Side.BOTH, false, "what is sent to a side does not extend the time it has to send"),
    NO_LINGER("nolinger", Side.BOTH, false, "resets connections at their end instead of closing them"),
    DISABLE_H2_UPGRADE("disable-h2-upgrade", Side.FRONTEND, true, "refuses the switch from HTTP/1 to HTTP/2"),
    DROP_REQUEST_TRAILERS("http-drop-request-trailers", Side.BACKEND, true, "keeps trailers of requests from servers"),
    DROP_RESPONSE_TRAILERS(
            "http-drop-response-trailers", Side.FRONTEND, true, "keeps trailers of responses from clients");

    /** The proxies for which a switch means something. */
    enum Side {
        FRONTEND,
        BACKEND,
        BOTH
    }

    private final String keyword;
    private final Side side;
    private final boolean httpOnly;
    private final String doc;

    HttpOption(String keyword, Side side, boolean httpOnly, String doc) {
        this.keyword = keyword;
        this.side = side;
        this.httpOnly = httpOnly;
        this.doc = doc;
    }

    /** The word behind {@code option}. */
    String keyword() {
        return keyword;
    }

    Side side() {
        return side;
    }

    /** Whether a proxy in TCP mode is told that it has no effect there. */
    boolean httpOnly() {
        return httpOnly;
    }

    String doc() {
        return doc;
    }

    /** Its bit among {@link HttpSettings#options}. */
    @SuppressWarnings("EnumOrdinal") // a bit each; nothing is stored
    int bit() {
        return 1 << ordinal();
    }
}
