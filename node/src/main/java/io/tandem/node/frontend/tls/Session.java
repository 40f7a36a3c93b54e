// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.tandem.node.frontend.TlsFacts;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;

/** Facts about one TLS connection, taken once at the end of its handshake. Owned by its event loop. */
final class Session implements TlsFacts {
    private String serverName = "";
    private String protocol = "";
    private String cipher = "";
    private String alpn = "";
    private boolean resumed;

    /** Takes the facts; the engine may be gone when they are asked for. */
    void established(SslHandler handler) {
        SSLSession session = handler.engine().getSession();
        protocol = session.getProtocol();
        cipher = CipherSuite.nameOf(session.getCipherSuite());
        String agreed = handler.applicationProtocol();
        alpn = agreed == null ? "" : agreed;
        if (handler.engine() instanceof ReferenceCountedOpenSslEngine openSsl) {
            String name = SSL.getSniHostname(openSsl.sslPointer());
            serverName = name == null ? "" : name;
            resumed = SSL.isSessionReused(openSsl.sslPointer());
        } else if (session instanceof ExtendedSSLSession extended) {
            serverName = nameIn(extended.getRequestedServerNames());
        }
    }

    private static String nameIn(List<SNIServerName> names) {
        for (SNIServerName name : names) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName();
            }
        }
        return "";
    }

    @Override
    public String serverName() {
        return serverName;
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public String cipher() {
        return cipher;
    }

    @Override
    public String alpn() {
        return alpn;
    }

    @Override
    public boolean isResumed() {
        return resumed;
    }
}
