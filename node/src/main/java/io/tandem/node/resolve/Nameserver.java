// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.loop.Loop;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One name server of a section, and what has been counted for it. Of its section's loop, but for the counters. */
final class Nameserver implements Transport.Receiver {
    /** Who is given the messages. */
    interface Listener {
        void onMessage(Nameserver from, byte[] message);
    }

    private final String section;
    private final NameserverSettings settings;
    private final NameserverCounters counters;
    private final Listener listener;
    private @Nullable Transport transport;

    Nameserver(String section, NameserverSettings settings, NameserverCounters counters, Listener listener) {
        this.section = section;
        this.settings = settings;
        this.counters = counters;
        this.listener = listener;
    }

    NameserverSettings settings() {
        return settings;
    }

    NameserverCounters counters() {
        return counters;
    }

    void open(Loop loop, ResolversSettings of) {
        if (settings.address() instanceof InetSocketAddress inet) { // unix sockets are not asked
            transport = settings.stream()
                    ? new TcpTransport(loop, inet, settings, of.payloadSize(), this)
                    : new UdpTransport(loop, inet, of.payloadSize(), of.retryMs(), this);
        }
    }

    /** Asks; false where that is not possible, which is counted. */
    boolean ask(byte[] query, int id) {
        Transport way = transport;
        if (way != null && way.send(query, id)) {
            counters.count(NameserverCounter.SENT);
            return true;
        }
        counters.count(NameserverCounter.SND_ERROR);
        return false;
    }

    void close() {
        Transport way = transport;
        if (way != null) {
            way.close();
        }
    }

    @Override
    public void onMessage(byte[] message) {
        listener.onMessage(this, message);
    }

    @Override
    public void onTooBig() {
        counters.count(NameserverCounter.TOO_BIG);
    }

    @Override
    public void onSendFailed() {
        counters.count(NameserverCounter.SND_ERROR);
    }

    /** {@code section/server}, as messages name it. */
    @Override
    public String toString() {
        return section + "/" + settings.name();
    }
}
