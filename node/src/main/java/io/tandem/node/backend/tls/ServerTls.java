// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.ConnectionProperty;
import io.tandem.node.loop.Loop;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.tls.EngineContext;
import io.tandem.node.tls.RecordLayer;
import io.tandem.node.tls.Session;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * TLS toward one server, with one context of the TLS engine that all its new connections share, and with it their sessions.
 * What it makes belongs to the connection's event loop.
 */
public final class ServerTls implements ConnectionProperty {
    /** The tag of server names in {@link ConnectionKey}. */
    private static final int SERVER_NAME = 1;

    /** What {@code server_name} may hold, bytes. */
    public static final int LONGEST_NAME = 255;

    /** Under this name the engine keeps sessions of connections that ask for none. */
    private static final String NOBODY = "-";

    private final CurrentContext contexts;
    private final @Nullable Expression serverName;
    private final boolean noTickets;
    private final AtomicInteger open;

    /**
     * @param contexts of a client; whoever made them gives them back
     * @param serverName what {@code sni} says, or null
     * @param noTickets whether the server is to send no tickets
     * @param open counts the TLS connections of the process
     */
    ServerTls(CurrentContext contexts, @Nullable Expression serverName, boolean noTickets, AtomicInteger open) {
        this.contexts = contexts;
        this.serverName = serverName;
        this.noTickets = noTickets;
        this.open = open;
    }

    EngineContext context() {
        return contexts.get();
    }

    /** Whether the name asked for depends on the exchange. */
    public boolean distinguishes() {
        return serverName != null;
    }

    @Override
    public void addTo(ConnectionKey key, Facts facts) {
        facts.scratch.reset();
        Sample value = facts.scratch.value;
        if (serverName != null && serverName.evaluateAs(SampleType.STRING, facts, value)) {
            key.add(SERVER_NAME, value.bytes, value.start, value.end);
        }
    }

    /** The server name to ask for in a connection for this exchange; empty for none. */
    public String serverName(Facts facts) {
        if (serverName == null) {
            return "";
        }
        facts.scratch.reset();
        Sample value = facts.scratch.value;
        return serverName.evaluateAs(SampleType.STRING, facts, value) && value.length() <= LONGEST_NAME
                ? new String(value.bytes, value.start, value.length(), StandardCharsets.ISO_8859_1)
                : "";
    }

    /**
     * Puts the TLS engine at the head of a connection's pipeline; the end of the handshake reaches the handlers behind it as
     * Netty's {@code SslHandshakeCompletionEvent}. How long it may take is for the caller to say.
     *
     * @param channel of the calling thread's event loop
     * @param name the server name to ask for, or empty
     * @param session what rules and logs may ask
     * @param loop of the channel; null for a connection of a few bytes, which keeps the engine's own handler
     * @return false, with nothing done, where the configuration it belongs to is in use no more
     */
    public boolean secure(Channel channel, String name, Session session, @Nullable Loop loop) {
        String peer = name.isEmpty() ? NOBODY : name;
        EngineContext context = contexts.get();
        SslHandler handler = context.handshake(channel.alloc(), peer);
        while (handler == null) {
            EngineContext next = contexts.get();
            if (next == context) {
                return false;
            }
            context = next; // it was exchanged in between
            handler = context.handshake(channel.alloc(), peer);
        }
        prepare(handler, name, session, context);
        open.incrementAndGet();
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        RecordLayer.install(channel, handler, null, loop, 0);
        return true;
    }

    private void prepare(SslHandler handler, String name, Session session, EngineContext context) {
        handler.setHandshakeTimeoutMillis(0);
        if (!name.isEmpty()) {
            askFor(handler.engine(), name);
        }
        if (noTickets && handler.engine() instanceof ReferenceCountedOpenSslEngine openSsl) {
            SSL.setOptions(openSsl.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
        session.begins(handler.engine(), context.context());
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                session.established(handler);
            } else {
                session.failed(done.cause());
            }
        });
    }

    private static void askFor(SSLEngine engine, String name) {
        if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            SSL.setTlsExtHostName(openSsl.sslPointer(), name);
            return;
        }
        try {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        } catch (IllegalArgumentException noHostName) {
            // the JDK's engine sends host names only: none is sent, and the server decides
        }
    }

    /** The name that {@code engine} asks its server for; null for none. */
    static @Nullable String nameAskedFor(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            return SSL.getSniHostname(openSsl.sslPointer());
        }
        List<SNIServerName> names = engine.getSSLParameters().getServerNames();
        return names != null && !names.isEmpty() && names.get(0) instanceof SNIHostName host
                ? host.getAsciiName()
                : null;
    }
}
