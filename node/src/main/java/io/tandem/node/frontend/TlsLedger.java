// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** Counts the handshakes of a frontend, and tells of those that failed. */
public final class TlsLedger {
    private TlsLedger() {}

    /** A client's handshake has ended. Called on its loop. */
    public static void handshake(Facts facts, SslHandshakeCompletionEvent event) {
        int loop = facts.loop.index();
        TlsFacts tls = facts.tls;
        if (event.isSuccess()) {
            facts.frontend.accessLog().accepted(facts);
            facts.frontend.meters().count(loop, ProxyCounter.TLS_SESSIONS);
            if (tls != null && tls.isResumed()) {
                facts.frontend.meters().count(loop, ProxyCounter.TLS_RESUMED);
            }
        } else if (facts.connectionError == 0) {
            facts.frontend.meters().count(loop, ProxyCounter.TLS_FAILED);
            ConnectionErrors.failed(facts, words(tls, event.cause()));
        }
    }

    private static String words(@Nullable TlsFacts tls, Throwable cause) {
        if (tls != null && !tls.findings().trusted()) {
            return ConnectionErrors.words(tls.findings().isAboutIssuer() ? 30 : 31);
        }
        if (cause instanceof ClosedChannelException || cause.getCause() instanceof ClosedChannelException) {
            return "Connection closed during SSL handshake";
        }
        return cause instanceof SslHandshakeTimeoutException ? "Timeout during SSL handshake" : "SSL handshake failure";
    }
}
