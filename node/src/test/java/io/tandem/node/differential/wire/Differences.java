// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import java.util.Map;
import java.util.TreeMap;

/** Where this proxy does otherwise than haproxy 2.6.12, on purpose. */
public final class Differences {
    /**
     * What is different.
     *
     * @param ours a regular expression for status and termination code of this proxy's exchanges
     * @param reason why
     */
    public record Difference(String ours, String reason) {}

    /** By the case's name. */
    public static final Map<String, Difference> OF = new TreeMap<>();

    private Differences() {}

    private static void because(String reason, String... namesAndVerdicts) {
        for (int i = 0; i < namesAndVerdicts.length; i += 2) {
            OF.put(namesAndVerdicts[i], new Difference(namesAndVerdicts[i + 1], reason));
        }
    }

    static {
        because(
                "a single blank stands between the parts of a request line (RFC 9112 section 3)",
                "a TAB in front of the target",
                "400 PR--",
                "a TAB behind the target",
                "400 PR--");
        because(
                "no form of target (RFC 9112 section 3.2)",
                "CONNECT to a URI",
                "400 PR--",
                "a star with more",
                "400 PR--");
        because(
                "a proxy sends its own version (RFC 9110 section 2.5), and HTTP/0.9 has no head",
                "HTTP/0.9 by name",
                "200 ----",
                "reply: HTTP/0.9",
                "200 ----");
        because(
                "a NUL in a field is refused (RFC 9110 section 5.5)",
                "a NUL in a value",
                "400 PR--",
                "a NUL at the end of a value",
                "400 PR--",
                "a trailer with a NUL",
                "400 PR--",
                "reply: a reason with a NUL",
                "502 PH--",
                "reply: a NUL",
                "502 PH--");
        because("of a list of equal lengths the first goes on", "a list of zeros in front", "200 ----");
        because(
                "a length that does not fit into 63 bits is refused (RFC 9110 section 8.6)",
                "a length of 2^64 and three",
                "400 PR--");
        because(
                "whether the server hears of a request whose end never comes is a matter of time",
                "a body cut off by the client",
                "(-1|400) C.--",
                "a chunked body cut off by the client",
                "(-1|400) C.--",
                "a last chunk cut off by the client",
                "(-1|400) C.--");
        because(
                "a CONNECT has no content (RFC 9110 section 9.3.6): what follows would be the tunnel's",
                "a body of CONNECT",
                "400 PR--",
                "a chunked CONNECT",
                "400 PR--");
        because(
                "exactly one field that says exactly chunked reaches the server",
                "chunked and nothing in two fields",
                "200 ----",
                "nothing and chunked in two fields",
                "422 PR--",
                "chunked and a comma",
                "200 ----",
                "reply: an empty encoding",
                "502 PH--");
        because(
                "the same but for the bytes in the log",
                "101 that nobody asked for",
                "502 PH--",
                "101 without Upgrade",
                "502 PH--");
        because(
                "the same page in another spelling; whether a server was asked by then is a matter of time",
                "a trailer of 20000 bytes",
                "400 P[RH]--");
        because("no folds in trailers", "a trailer of two lines", "400 PR--");
        because(
                "framing and Host in trailers go no further (RFC 9110 section 6.5.1)",
                "chunked in a trailer",
                "200 ----, 200 ----",
                "a Content-Length in a trailer",
                "200 ----, 200 ----",
                "a Host in a trailer",
                "200 ----, 200 ----",
                "reply: a length in a trailer",
                "200 ----");
        because(
                "a wrong Sec-WebSocket-Accept is no agreement (RFC 6455 section 4.1)",
                "a WebSocket with a wrong proof",
                "502 PH--");
        because(
                "no status line (RFC 9112 section 4)",
                "reply: 099",
                "502 PH--",
                "reply: 000",
                "502 PH--",
                "reply: 99",
                "502 PH--",
                "reply: 2000",
                "502 PH--",
                "reply: a TAB in front of the status",
                "502 PH--",
                "reply: another protocol",
                "502 PH--");
        because(
                "interim responses that were whole have gone on when the final one turns out to be none",
                "reply: 103 and nonsense",
                "502 PH--");
        because(
                "a server that resets while it is sent a request is reported to the client",
                "the server RESETS after a partial request",
                "502 SH--",
                "the server RESETS after a partial request that stays so",
                "502 SH--");
    }
}
