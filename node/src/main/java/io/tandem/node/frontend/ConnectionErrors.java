// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.rules.Facts;
import java.util.List;

/** HAProxy's numbers and words for what ends connections before their first request ({@code fc_err_str} in its manual). */
public final class ConnectionErrors {
    private static final List<String> WORDS = List.of(
            "Success",
            "Reached configured maxconn value",
            "Too many sockets on the process",
            "Too many sockets on the system",
            "Out of system buffers",
            "Protocol or address family not supported",
            "General socket error",
            "Source port range exhausted",
            "Can't bind to source address",
            "Out of local source ports on the system",
            "Local source address already in use",
            "Connection closed while waiting for PROXY protocol header",
            "Connection error while waiting for PROXY protocol header",
            "Timeout while waiting for PROXY protocol header",
            "Truncated PROXY protocol header received",
            "Received something which does not look like a PROXY protocol header",
            "Received an invalid PROXY protocol header",
            "Received an unhandled protocol in the PROXY protocol header",
            "Connection closed while waiting for NetScaler Client IP header",
            "Connection error while waiting for NetScaler Client IP header",
            "Timeout while waiting for a NetScaler Client IP header",
            "Truncated NetScaler Client IP header received",
            "Received an invalid NetScaler Client IP magic number",
            "Received an unhandled protocol in the NetScaler Client IP header",
            "Connection closed during SSL handshake",
            "Connection error during SSL handshake",
            "Timeout during SSL handshake",
            "Too many SSL connections",
            "Out of memory when initializing an SSL connection",
            "Rejected a client-initiated SSL renegotiation attempt",
            "SSL client CA chain cannot be verified",
            "SSL client certificate not trusted",
            "Server presented an SSL certificate different from the configured one",
            "Server presented an SSL certificate different from the expected one",
            "SSL handshake failure",
            "SSL handshake failure after heartbeat",
            "Stopped a TLSv1 heartbeat attack (CVE-2014-0160)",
            "Attempt to use SSL on an unknown target (internal error)",
            "Server refused early data",
            "SOCKS4 Proxy write error during handshake",
            "SOCKS4 Proxy read error during handshake",
            "SOCKS4 Proxy deny the request",
            "SOCKS4 Proxy handshake aborted by server",
            "SSL fatal error");

    private ConnectionErrors() {}

    /** The words for an error; those of {@code Success} for 0. */
    public static String words(int number) {
        return WORDS.get(number);
    }

    /** The number of an error in HAProxy's words; 6, a general error, for others. */
    static int number(String words) {
        int number = WORDS.indexOf(words);
        return number < 0 ? 6 : number;
    }

    /** Tells the log of a client's connection that failed, {@code why} in the words above. */
    static void failed(Facts facts, String why) {
        facts.connectionError = number(why);
        facts.frontend.accessLog().failed(facts, why);
    }
}
