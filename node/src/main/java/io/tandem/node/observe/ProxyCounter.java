// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

/** What is counted for each frontend, listener, backend and server; the statistics columns are derived from these. */
public enum ProxyCounter {
    /** Connections accepted (frontend, listener) or tried (server). */
    CONNECTIONS,
    /** Sessions begun: {@code stot}. */
    SESSIONS,
    /** Sessions ended. */
    SESSIONS_ENDED,
    /** HTTP requests: {@code req_tot}. */
    REQUESTS,
    BYTES_IN,
    BYTES_OUT,
    DENIED_REQUESTS,
    DENIED_RESPONSES,
    DENIED_CONNECTIONS,
    DENIED_SESSIONS,
    REQUEST_ERRORS,
    CONNECT_ERRORS,
    RESPONSE_ERRORS,
    RETRIES,
    REDISPATCHES,
    RESPONSES_1XX,
    RESPONSES_2XX,
    RESPONSES_3XX,
    RESPONSES_4XX,
    RESPONSES_5XX,
    RESPONSES_OTHER,
    CLIENT_ABORTS,
    SERVER_ABORTS,
    INTERNAL_ERRORS,
    /** Times a server was chosen by balancing: {@code lbtot}. */
    BALANCED,
    /** New connections to a server: {@code connect}. */
    CONNECTS,
    /** Requests on a connection that was already there: {@code reuse}. */
    REUSES,
    HEADER_REWRITE_FAILURES,
    /** Requests the proxy answered by itself: {@code intercepted}. */
    INTERCEPTED,
    /** TLS handshakes completed: {@code ssl_sess}. */
    TLS_SESSIONS,
    /** Of these, resumed ones: no key was made. */
    TLS_RESUMED,
    /** TLS keys agreed on with a server: handshakes that were not resumed. */
    SERVER_KEYS,
    TLS_FAILED,
    /** Bytes of bodies that were compressed, before: {@code comp_in}. */
    COMPRESSED_IN,
    /** What they became: {@code comp_out}. */
    COMPRESSED_OUT,
    /** Bytes that would have been compressed but for a limit: {@code comp_byp}. */
    COMPRESSION_BYPASSED,
    /** Responses that were compressed: {@code comp_rsp}. */
    COMPRESSED_RESPONSES,
    CACHE_LOOKUPS,
    CACHE_HITS;

    /** The counter of a response with that status, 100..599; anything else counts as other. */
    public static ProxyCounter ofStatus(int status) {
        return switch (status / 100) {
            case 1 -> RESPONSES_1XX;
            case 2 -> RESPONSES_2XX;
            case 3 -> RESPONSES_3XX;
            case 4 -> RESPONSES_4XX;
            case 5 -> RESPONSES_5XX;
            default -> RESPONSES_OTHER;
        };
    }
}
