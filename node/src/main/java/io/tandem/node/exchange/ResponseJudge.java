// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.persist.Cacheability;
import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.HttpSettings.ConnectionMode;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Text;
import org.jspecify.annotations.Nullable;

/** What is to be said about a response's head (step 6): its rules, and what it means for the connections. */
final class ResponseJudge {
    private static final int ALERT = 1;

    private static final byte[] WWW_AUTHENTICATE = Text.bytes("www-authenticate");
    private static final byte[] PROXY_AUTHENTICATE = Text.bytes("proxy-authenticate");
    private static final byte[] NTLM = Text.bytes("ntlm");
    private static final byte[] NEGOTIATE = Text.bytes("nego");

    private ResponseJudge() {}

    /** Whether a 101 is the answer to what the client asked for; true for other responses. */
    static boolean isAgreed(Facts facts) {
        return facts.status != 101 || (facts.request.offersUpgrade() && WebSocketKey.matches(facts));
    }

    /** Whether the server asks for credentials that are valid on the connection, and not for a request alone. */
    static boolean authenticatesConnection(Facts facts) {
        if (facts.status != 401 && facts.status != 407) {
            return false;
        }
        Headers headers = facts.response.headers();
        byte[] name = facts.status == 401 ? WWW_AUTHENTICATE : PROXY_AUTHENTICATE;
        for (int i = headers.find(name, 0); i >= 0; i = headers.find(name, i + 1)) {
            if (namesConnectionScheme(headers.bytes(), headers.valueStart(i), headers.valueEnd(i))) {
                return true;
            }
        }
        return false;
    }

    /** Schemes stand at the beginning or behind commas. */
    private static boolean namesConnectionScheme(byte[] bytes, int start, int end) {
        boolean begins = true;
        for (int at = start; at < end; at++) {
            byte b = bytes[at];
            if (begins
                    && (Text.startsWith(bytes, at, end, NTLM, true)
                            || Text.startsWith(bytes, at, end, NEGOTIATE, true))) {
                return true;
            }
            begins = b == ',' || (begins && (b == ' ' || b == '\t'));
        }
        return false;
    }

    /**
     * Asks the rules of backend and frontend. They may also want to wait for the body: {@code facts.bodyWaitMs} says so, and
     * they go on when they are asked again.
     *
     * @return whether it goes on; otherwise {@code facts.reply} is what the client gets instead, null for the end of its
     *     connection
     */
    static boolean passes(Facts facts, Backend backend) {
        if (backend.http().has(HttpOption.CHECK_CACHE) && Cacheability.leaksCookie(facts)) {
            tellOfCookie(facts, backend);
            facts.reply = ErrorPages.of(facts, 502);
            return false;
        }
        if (!facts.passedBackend) { // a rule of the frontend may have waited
            if (!passes(facts, backend.responseRules())) {
                return false;
            }
            facts.passedBackend = true;
        }
        return passes(facts, facts.frontend.responseRules());
    }

    /** In HAProxy's words. */
    private static void tellOfCookie(Facts facts, Backend backend) {
        Server server = facts.server;
        String from = backend.name() + ", server " + (server == null ? "<dispatch>" : server.name()) + ".";
        backend.log().event(ALERT, "Blocking cacheable cookie in response from instance " + from);
    }

    /**
     * Asks the rules on all responses, the proxy's own included.
     *
     * @return whether the response may go to the client; otherwise 500 does
     */
    static boolean passesLast(Facts facts) {
        Rules rules = facts.frontend.afterResponseRules();
        return rules.isEmpty() || rules.judge(facts) != Verdict.REPLY;
    }

    private static boolean passes(Facts facts, Rules rules) {
        if (rules.isEmpty()) {
            return true;
        }
        Verdict verdict = rules.judge(facts);
        if (verdict == Verdict.CONTINUE || verdict == Verdict.ACCEPT) {
            return true;
        }
        Reply reply = facts.reply;
        if (verdict != Verdict.REPLY) {
            facts.reply = null;
        } else if (reply == null) {
            facts.reply = ErrorPages.of(facts, 502);
        }
        return false;
    }

    /** Body bytes that came with the head: HAProxy counts them even where a rule refuses the response. */
    static long bodyBehindHead(Facts facts, @Nullable ByteBuf in, int length) {
        Framing framing = facts.response.framing();
        if (in == null || framing == Framing.NONE) {
            return 0;
        }
        int there = in.readableBytes() - length;
        return framing == Framing.LENGTH ? Math.min(there, facts.response.contentLength()) : there;
    }

    /** Whether bytes go both ways behind it. */
    static boolean opensTunnel(Facts facts) {
        return facts.status == 101 || (facts.request.method() == Method.CONNECT && facts.status / 100 == 2);
    }

    /** Whether the client's connection may go on, as far as anybody but the response says. */
    static boolean mayKeepClient(Facts facts) {
        return facts.frontend.http().connectionMode() != ConnectionMode.CLOSE
                && facts.request.keepsAlive()
                && !facts.configuration.node().endsConnection(System.identityHashCode(facts));
    }

    /** Whether the response itself lets the client's connection go on: its end must be seen. */
    static boolean showsItsEnd(Facts facts) {
        Framing framing = facts.response.framing();
        return framing != Framing.UNTIL_CLOSE && !(framing == Framing.CHUNKED && facts.response.minorVersion() == 0);
    }
}
